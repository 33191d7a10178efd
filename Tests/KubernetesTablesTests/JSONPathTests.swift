import KubernetesCodec
import KubernetesTables
import Testing

struct JSONPathTests {
    private let list = #"""
        {"kind":"List","items":[
          {"kind":"None","metadata":{"name":"127.0.0.1","labels":{"kubernetes.io/hostname":"127.0.0.1"}},
           "status":{"capacity":{"cpu":"4"},"ready":true,
                     "addresses":[{"type":"LegacyHostIP","address":"127.0.0.1"}]}},
          {"kind":"None","metadata":{"name":"127.0.0.2","labels":{"kubernetes.io/hostname":"127.0.0.2"}},
           "status":{"capacity":{"cpu":"8"},"ready":false,
                     "addresses":[{"type":"LegacyHostIP","address":"127.0.0.2"},
                                  {"type":"another","address":"127.0.0.3"}]}}],
         "users":[{"name":"myself","user":{}},
                  {"name":"e2e","user":{"username":"admin","password":"secret"}}]}
        """#

    private func evaluate(_ template: String, _ json: String) throws -> String {
        var bytes: [UInt8] = []
        try JSONPath(template).write(try Document(json: Array(json.utf8)).root, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("hello", "hello"), ("", ""), (#"{"{"}"#, "{"), ("before-{.hello}after", "before-after"),
        ("{range .items[*]}{.metadata.name}, {end}{.kind}", "127.0.0.1, 127.0.0.2, List"),
        (#"{range .items[*]}{.metadata.name}{"\t"}{end}"#, "127.0.0.1\t127.0.0.2\t"),
        ("{.items[*].status.addresses[*].address}", "127.0.0.1 127.0.0.2 127.0.0.3"),
        (
            "{range .items[*]}{range .status.addresses[*]}{.address}, {end}{end}",
            "127.0.0.1, 127.0.0.2, 127.0.0.3, "
        ),
        ("{.items[*].metadata.name}", "127.0.0.1 127.0.0.2"),
        (
            "{.items[*]['metadata.name', 'status.capacity']}",
            #"127.0.0.1 127.0.0.2 {"cpu":"4"} {"cpu":"8"}"#
        ),
        (
            "{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}",
            #"[127.0.0.1, {"cpu":"4"}] [127.0.0.2, {"cpu":"8"}] "#
        ),
        (#"{.users[?(@.name=="e2e")].user.password}"#, "secret"),
        (#"{.items[0].metadata.labels.kubernetes\.io/hostname}"#, "127.0.0.1"),
        (#"{.items[0].metadata.labels['kubernetes\.io/hostname']}"#, "127.0.0.1"),
        (#"{.items[?(@.metadata.labels.kubernetes\.io/hostname=="127.0.0.1")].kind}"#, "None"),
        ("{.items[?(@..ready==true)].metadata.name}", "127.0.0.1"),
        ("{..name}", "127.0.0.1 127.0.0.2 myself e2e"), ("{...name}", "127.0.0.1 127.0.0.2 myself e2e"),
        ("{.users[-1].name}{.users[1:].name}{.users[::2].name}{.users[0:0].name}", "e2ee2emyself"),
        ("{.users[?(@.user.username)].name}", "e2e"), ("{.items[0].status.ready}", "true"),
        (
            #"{range .items[?(.status.ready==true)]}{.metadata.name}{" is ready\n"}{end}"#,
            "127.0.0.1 is ready\n"
        ),
        ("{range .none[*]}{.a}{range .b[*]}{.c}{end}{end}.", "."), ("{.users[0].*}", "myself {}"),
        ("{.users[0]}", #"{"name":"myself","user":{}}"#), ("{ .kind }", "List"),
        ("{$.kind}{@.kind}", "ListList"),
        ("{range .users[*]}{@.name}{' '}{end}", "myself e2e "),
        (#"{'a"b'}{"a'b"}{"\u00e9\x41\101"}"#, #"a"ba'béAA"#),
        (#"{.users[?(@.name==")")]}{.users[?(@.name=='e2e')].name}"#, "e2e"), (".kind", ".kind"),
        (
            #"{.users[?(@.name!="e2e")].name}{.users[?(@.name<"f")].name}{.users[?(@.name>="m")].name}"#,
            "myselfe2emyself"
        ),
        ("{1}{1.5}{true}", "11.5true"),
    ])
    func printsWhatKubectlDoes(_ template: String, _ expected: String) throws {
        #expect(try self.evaluate(template, self.list) == expected)
    }

    @Test(arguments: [
        ("{[0:2]}", #"["Monday","Tuesday"]"#, "Monday Tuesday"), ("{[1,3,4]}", "[0,1,2,3,4]", "1 3 4"),
        ("{[?(@<5)]}", "[2,6,3,7]", "2 3"), ("{..}", "[1,2,3]", "[1,2,3]"),
        ("{[-1]['x']}", #"[{"x":null}]"#, "null"),
        ("{[?(@.z)].id}", #"[{"id":"i1"},{"id":"i2","z":1},{"id":"i3","z":null}]"#, "i2 i3"),
        ("{.a}", #"{"a":1.50}"#, "1.5"), ("{.a}", #"{"a":1000000.5}"#, "1.0000005e+06"),
        ("{.a}", #"{"a":1e21}"#, "1e+21"), ("{.a}", #"{"a":["<",1.5]}"#, #"["\u003c",1.5]"#),
        ("{[::2]}", "[0,1,2,3,4]", "0 2 4"), ("{[1:4:2]}", "[0,1,2,3,4]", "1 3"),
        ("{[0:-1]}", "[0,1,2]", "0 1"),
        ("{[-2:]}", "[0,1,2]", "1 2"), ("{[5:5]}", "[0]", ""), ("{[*]}", "[0,1]", "0 1"),
        ("{[:2]}", "[0,1,2]", "0 1"),
        ("{.a.b}", #"{"a":null}"#, ""), ("{.a[0]}", #"{"a":null}"#, ""),
    ])
    func selects(_ template: String, _ json: String, _ expected: String) throws {
        #expect(try self.evaluate(template, json) == expected)
    }

    @Test(arguments: [
        ("{.a", 0), ("{range .a[*]}", 0), ("x{end}", 1), ("{hello}", 1), ("{.a[}", 3), ("{.a[x]}", 4),
        ("{.a[1:2:3:4]}", 4),
        ("{.a[\"x\"]}", 4), ("{'x}", 1), ("{\"\\q\"}", 2), ("{........a}", 4), ("{.a[?(@.b]}", 3),
        ("{.a[?(@.b<>1)]}", 9), ("{.a[?(@.b==1 && @.c==2)]}", 13), ("{.a,.b}", 3), ("{-}", 1),
        ("{.a[?(@.b==)]}", 11),
        ("{.a[?(@.b==1) ]}", 13), ("{#}", 1),
    ])
    func saysWhereATemplateIsWrong(_ template: String, _ position: Int) throws {
        let error = try #require(throws: JSONPathError.self) { try JSONPath(template) }
        #expect(error.position == position, "\(error)")
    }

    @Test(arguments: [
        ("{.a[5]}", #"{"a":[1]}"#), ("{.a[-2]}", #"{"a":[1]}"#), ("{.a[0]}", #"{"a":{}}"#),
        ("{.a[2:1]}", #"{"a":[1,2,3]}"#),
        ("{.a[0:1:0]}", #"{"a":[1]}"#), ("{.a[?(@.x)]}", #"{"a":{}}"#), ("{.a[?(@==1)]}", #"{"a":["1"]}"#),
        ("{.a[?(@<true)]}", #"{"a":[true]}"#), ("{.a[?(@.*==1)]}", #"{"a":[{"b":1,"c":1}]}"#),
        ("{.a[-1:-2]}", #"{"a":[1,2,3]}"#),
    ])
    func refusesObjectsThatDoNotFit(_ template: String, _ json: String) {
        #expect(throws: JSONPathError.self) { try self.evaluate(template, json) }
    }

    @Test func endsBeforeTemplatesThatMultiply() throws {
        let deep = String(repeating: #"{"a":"#, count: 120) + "1" + String(repeating: "}", count: 120)
        let template = "{" + String(repeating: "..a", count: 20) + "}"
        #expect(throws: JSONPathError("it finds too many values")) { try self.evaluate(template, deep) }
        let nested = String(repeating: "[?(@", count: 1000)
        #expect(throws: JSONPathError.self) { try JSONPath("{\(nested)") }
        let closed = "{" + nested + String(repeating: ")]", count: 1000) + "}"
        #expect(throws: JSONPathError.self) { try JSONPath(closed) }
    }

    @Test(arguments: ["metadata.name", ".metadata.name", "{metadata.name}", "{.metadata.name}"])
    func takesAPathInEveryForm(_ path: String) throws {
        let object = try Document(json: Array(#"{"metadata":{"name":"x"}}"#.utf8)).root
        #expect(try JSONPath(path: path).values(in: object).map(\.string) == ["x"])
    }
}

struct CustomColumnsTests {
    private let object = #"{"a":{"b":[1,2.5,null]},"c":"x","d":["p","q"],"e":{}}"#

    @Test func printsColumnsAsKubectlDoes() throws {
        let columns = try CustomColumns("C:.c,NONE:.x.y,B:a.b,ALL:{.d[*]},MAP:.a,E:.e,:.c")
        #expect(columns.headers == ["C", "NONE", "B", "ALL", "MAP", "E", ""])
        let cells = try columns.cells(of: try Document(json: Array(self.object.utf8)).root)
        #expect(cells == ["x", "<none>", "[1 2.5 <nil>]", "p,q", "map[b:[1 2.5 <nil>]]", "map[]", "x"])
    }

    @Test func readsAFileOfColumns() throws {
        let columns = try CustomColumns(file: "NAME   \tD\n.c  {.d[0]}\n")
        #expect(columns.headers == ["NAME", "D"])
        #expect(try columns.cells(of: try Document(json: Array(self.object.utf8)).root) == ["x", "p"])
    }

    @Test(arguments: ["", "NAME", "A:.a,B", "A:", "A:{.a}{.b}"])
    func refuses(_ text: String) {
        #expect(throws: JSONPathError.self) { try CustomColumns(text) }
    }

    @Test(arguments: ["", "A B\n.a\n", "A\n"])
    func refusesFiles(_ text: String) {
        #expect(throws: JSONPathError.self) { try CustomColumns(file: text) }
    }
}

struct SortFieldTests {
    private func sorted(_ values: [String]) throws -> [String] {
        let field = try SortField(".v")
        let keys = try values.map { value in
            try field.key(
                of: try Document(json: Array((value.isEmpty ? "{}" : "{\"v\":\(value)}").utf8)).root
            )
        }
        return try field.order(of: keys).map { values[$0] }
    }

    @Test func sortsAsKubectlDoes() throws {
        #expect(try self.sorted(["3", "1.5", "-2"]) == ["-2", "1.5", "3"])
        #expect(try self.sorted([#""b""#, "", #""a""#, "null"]) == ["", "null", #""a""#, #""b""#])
        #expect(
            try self.sorted([#""2Gi""#, #""100m""#, #""1e3""#, #""1500Mi""#, #""-1""#, #""1k""#])
                == [#""-1""#, #""100m""#, #""1e3""#, #""1k""#, #""1500Mi""#, #""2Gi""#]
        )
        #expect(try self.sorted([#""2Gj""#, #""100m""#]) == [#""100m""#, #""2Gj""#])
        #expect(
            try self.sorted([#""2026-02-01T00:00:00Z""#, #""2025-12-01T00:00:00Z""#])
                == [#""2025-12-01T00:00:00Z""#, #""2026-02-01T00:00:00Z""#]
        )
    }

    @Test func refusesWhatHasNoOrder() {
        #expect(throws: JSONPathError.self) { try self.sorted(["true"]) }
        #expect(throws: JSONPathError.self) { try self.sorted(["[1]"]) }
        #expect(throws: JSONPathError("no object has the field to sort by")) { try self.sorted(["", ""]) }
        #expect(throws: Never.self) { try self.sorted([]) }
    }
}
