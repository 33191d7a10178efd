import KubernetesCodec
import Testing

struct YAMLReaderTests {
    private func json(_ yaml: String) throws -> String {
        var writer = JSONWriter()
        writer.write(try Document(yaml: yaml))
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test(arguments: [
        ("", "null"), ("---\n", "null"), ("a", #""a""#), ("'3'", #""3""#), (#""\u00e9\t""#, #""é\t""#),
        ("[~, null, Null, NULL, '']", #"[null,null,null,null,""]"#),
        ("[y, Yes, TRUE, on, n, No, false, OFF]", "[true,true,true,true,false,false,false,false]"),
        ("[yEs, tRUE, oN, nULL]", #"["yEs","tRUE","oN","nULL"]"#),
        ("[1, -1, +1, 1_000, 0x1F, 0o17, 017, 0b101, -0x10, 0b-1]", "[1,-1,1,1000,31,15,15,5,-16,-1]"),
        ("[9223372036854775807, -9223372036854775808]", "[9223372036854775807,-9223372036854775808]"),
        ("[18446744073709551615, 18446744073709551616]", "[18446744073709551615,18446744073709552000]"),
        ("[1.5, 1e3, .5, 1., 1e21, 1e-7, 08, 0.10, 1e999]", #"[1.5,1000,0.5,1,1e+21,1e-7,8,0.1,"1e999"]"#),
        (
            "[2001-01-01, 2001-12-14t21:59:43.10Z, 12:30:45]",
            #"["2001-01-01","2001-12-14t21:59:43.10Z","12:30:45"]"#
        ),
        ("[!!str 1, !!float 1, !!binary aGk=, !!int '7', !other x]", #"["1",1,"hi",7,"x"]"#),
        ("{1: a, 1.5: b, true: c, 0x10: d}", #"{"1":"a","1.5":"b","16":"d","true":"c"}"#),
        ("a: &x {b: [1]}\nc: *x\n", #"{"a":{"b":[1]},"c":{"b":[1]}}"#),
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n", #"{"a":{"b":1,"c":2},"d":{"b":1,"c":3}}"#),
        ("- &x {b: 1}\n- &y {b: 2, c: 3}\n- <<: [*x, *y]\n", #"[{"b":1},{"b":2,"c":3},{"b":1,"c":3}]"#),
        ("&k a: 1\nb: *k\n", #"{"a":1,"b":"a"}"#), ("&k a: {*k : 2}\n", #"{"a":{"a":2}}"#),
        ("a: |\n  x\n  y\nb: >-\n  x\n  y\n", #"{"a":"x\ny\n","b":"x y"}"#),
        (#"{"a":[1,{"b":"\u003c"}]}"#, #"{"a":[1,{"b":"\u003c"}]}"#),
        ("\"\\0\": \"\\0\"", #"{"\u0000":"\u0000"}"#),
    ])
    func readsAsKubernetesToolsDo(_ yaml: String, _ expected: String) throws {
        #expect(try self.json(yaml) == expected)
    }

    @Test(arguments: [
        ("a: 1\nb: 2\n  c: 3\n", "line 3, column 4"), ("a: 1\na: 2\n", "line 2, column 1"),
        ("- .inf\n", "line 1, column 3"), ("[.nan]", "line 1, column 2"), ("~: 1", "line 1, column 1"),
        ("{[a]: 1}", "line 1, column 2"), ("{{a: b}: 1}", "line 1, column 2"),
        ("a: *x", "line 1, column 4"), ("a: &x [*x]", "line 1, column 8"),
        ("x: !!int secret", "line 1, column 4"), ("!!binary '*'", "line 1, column 1"),
        ("a: b\nc: \u{7}", "line 2, column 4"), ("a: \"secret", "line 1, column 11"),
        ("<<: secret", "line 1, column 1"), ("a\n---\nb\n", "2 documents"),
        ("1: a\n'1': b\n", "line 2, column 1"),
    ])
    func saysWhereItIsWrongButNotWhatIsThere(_ yaml: String, _ expected: String) throws {
        let error = try #require(throws: CodecError.self) { try Document(yaml: yaml) }
        #expect(error.description.contains(expected))
        #expect(!error.description.contains("secret"))
    }

    @Test func refusesBytesThatAreNoUTF8() {
        #expect(throws: CodecError.self) { try Document(yaml: [0x61, 0xFF]) }
    }

    @Test func readsEveryDocumentOfAStream() throws {
        let documents = try Document.documents(yaml: Array("a: 1\n---\n---\n# none\n---\n[b]\n...\n".utf8))
        #expect(documents.count == 2)
        #expect(documents[0].root["a"]?.integer == 1)
        #expect(documents[1].root.elements.first?.string == "b")
    }

    @Test func stopsWhereAliasesMultiply() {
        var yaml = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...30 {
            yaml +=
                "- &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
                + "]\n"
        }
        #expect(throws: CodecError(.tooLarge("\(Limits.nodeCount) values"))) { try Document(yaml: yaml) }
        #expect(throws: CodecError.self) { try Document(yaml: yaml + "- ? *a30\n  : 1\n") }
    }

    @Test func limitsWhatTakesTimeOrMemory() throws {
        let directives = { (count: Int) in (0..<count).map { "%TAG !t\($0)! x\n" }.joined() + "---\na\n" }
        #expect(try self.json(directives(64)) == #""a""#)
        #expect(throws: CodecError(.tooLarge("64 %TAG directives"))) { try Document(yaml: directives(65)) }
        #expect(throws: CodecError.self) {
            try Document.documents(yaml: Array(String(repeating: "--- 1\n", count: 1 << 17).utf8))
        }
        let members = (0..<1000).map { "k\($0): 1" }.joined(separator: ",")
        let merges = Array(repeating: "*a", count: 5000).joined(separator: ",")
        #expect(throws: CodecError(.tooLarge("\(Limits.nodeCount) values"))) {
            try Document(yaml: "- &a {\(members)}\n- <<: [\(merges)]\n")
        }
    }

    @Test func limitsDepthAlsoThroughAliases() throws {
        let deep = { (count: Int) in
            String(repeating: "[", count: count) + String(repeating: "]", count: count)
        }
        _ = try Document(yaml: deep(Limits.depth))
        #expect(throws: CodecError(.tooLarge("128 levels of YAML"))) {
            try Document(yaml: deep(Limits.depth + 1))
        }
        #expect(throws: CodecError(.tooLarge("128 levels of YAML"))) {
            try Document(yaml: String(repeating: "[", count: 1 << 20))
        }
        #expect(throws: CodecError.self) {
            try Document(yaml: String(repeating: "- ", count: 1 << 20))
        }
        var yaml = "- &a0 x\n"
        for level in 1...200 { yaml += "- &a\(level) [*a\(level - 1)]\n" }
        #expect(throws: CodecError(.tooLarge("128 levels of YAML"))) { try Document(yaml: yaml) }
    }
}
