import KubernetesCodec
import KubernetesTables
import Testing

struct LabelSelectorTests {
    @Test(arguments: [
        ("", ""), ("a", "a"), ("!a", "!a"), ("a=b", "a=b"), ("a==b", "a=b"), ("a != b", "a!=b"), ("a=", "a="),
        ("b=1,a=2", "a=2,b=1"), ("a in (z,x, y)", "a in (x,y,z)"), ("a notin (x)", "a notin (x)"),
        ("a in ()", "a in ()"), ("a in (,x)", "a in (,x)"), ("a in (x,,y)", "a in (,x,y)"), ("a>5", "a>5"),
        ("a<5", "a<5"), ("in in (in,notin)", "in in (in,notin)"),
        ("x.example.com/a_B-c=1.2", "x.example.com/a_B-c=1.2"),
        (" a = b ,\tc ", "a=b,c"), ("a=,b=", "a=,b="),
    ])
    func readsWhatKubernetesReads(text: String, canonical: String) throws {
        #expect(try LabelSelector(text).description == canonical)
    }

    @Test(arguments: [
        ",a", "a,", "a,,b", "a b", "=b", "a=b=c", "a in x", "a in (x", "a in (x y)", "a=(b)", "!a=b", "!",
        "a>x", "a<-5", "a>",
        "a==!b", "a/b/c=1", "/a=1", "UP/a=1", "a=-b", "-a=b", "a in (-)", "ä=b", "a=\u{0}", "a=b c",
    ])
    func refusesOtherText(text: String) {
        #expect(throws: SelectorError.self) { try LabelSelector(text) }
    }

    @Test func saysWhatIsWrong() throws {
        let missing = #expect(throws: SelectorError.self) { try LabelSelector("a in x") }
        #expect(missing?.description == #"selector "a in x": expected "(" instead of "x""#)
        let early = #expect(throws: SelectorError.self) { try LabelSelector("a in (x") }
        #expect(early?.description == #"selector "a in (x": expected "," or ")" at its end"#)
        let invalid = #expect(throws: SelectorError.self) { try LabelSelector("a=-b") }
        #expect(
            invalid?.description
                == #"selector "a=-b": "-b" cannot be part of a label: letters, digits, "-", "_" and "." are allowed, "#
                + "a letter or digit at both ends"
        )
    }

    @Test(arguments: [
        ("app=web", true), ("app!=web", false), ("app in (a,web)", true), ("app notin (web)", false),
        ("app", true), ("!app", false), ("!gone", true), ("gone!=x", true), ("gone notin (x)", true),
        ("gone=", false), ("n>4", true), ("n<4", false), ("app>4", false), ("gone<4", false),
        ("app=web,n=5", true), ("app=web,n=6", false), ("", true),
    ])
    func selectsByLabels(selector: String, matches: Bool) throws {
        let pod = try object(#"{"metadata": {"labels": {"app": "web", "n": "5"}}}"#)
        #expect(try LabelSelector(selector).matches(pod) == matches)
    }

    @Test func showsSelectorsOfObjects() throws {
        func text(_ selector: String, group: String = "apps", kind: String = "ReplicaSet") throws -> String? {
            let table = ObjectTable.builtIn(group: group, kind: kind)
            return try table.cells(of: object(#"{"spec": {"selector": \#(selector)}}"#), at: 0).last?
                .description
        }
        let expressions = """
            {"matchLabels": {"b": "1"}, "matchExpressions": [{"key": "c", "operator": "Exists"},
             {"key": "a", "operator": "NotIn", "values": ["y", "x"]}, {"key": "d", "operator": "DoesNotExist"}]}
            """
        #expect(try text(expressions) == "a notin (x,y),b=1,c,!d")
        #expect(try text("{}") == "<none>")
        #expect(try text("{}", kind: "Deployment") == "")
        let wrong = #"{"matchExpressions": [{"key": "a", "operator": "In"}]}"#
        #expect(try text(wrong) == "<error>")
        #expect(try text(wrong, kind: "Deployment") == "<invalid>")
    }
}
