import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

struct YAMLWriterTests {
    @Test(arguments: [
        "cluster-1.36/objects.yaml", "cluster-1.36/kubectl/get-deploy-svc-cm-monitoring.yaml",
        "encrypted/aescbc/objects.yaml", "encrypted/secretbox/objects.yaml",
    ])
    func writesWhatKubectlWroteByteForByte(_ fixture: String) throws {
        let text = try contents(of: Repository.fixture(fixture))
        var writer = YAMLWriter()
        writer.write(try Document(yaml: text))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == String(decoding: text, as: UTF8.self))
    }

    private func yaml(_ json: String) throws -> String {
        var writer = YAMLWriter()
        writer.write(try Document(json: Array(json.utf8)))
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// One string as an element of an array, as kubectl 1.32 printed it; the last three are those that it loses
    /// or refuses.
    @Test(arguments: [
        ("", #""""#), ("yes", #""yes""#), ("Off", #""Off""#), ("n", #""n""#), ("~", #""~""#),
        ("null", #""null""#), ("1", #""1""#), ("0x1f", #""0x1f""#), ("1_0", #""1_0""#), ("0b-1", #""0b-1""#),
        ("1e3", #""1e3""#), (".5", #"".5""#), (".inf", #"".inf""#), ("12:30:45", #""12:30:45""#),
        ("2001-1-1", #""2001-1-1""#), ("2001-01-01T00:00:00Z", #""2001-01-01T00:00:00Z""#),
        ("2001-13-01", "2001-13-01"), ("10.0.0.1", "10.0.0.1"), ("1e999", "1e999"), ("yEs", "yEs"),
        ("-", "'-'"), ("- a", "'- a'"), ("-a", "-a"), ("a: b", "'a: b'"), ("a:b", "a:b"), ("a #b", "'a #b'"),
        ("a#b", "a#b"), ("? a", "'? a'"), ("?a", "?a"), (": a", "': a'"), (":a", ":a"), ("---", "'---'"),
        ("...", "'...'"), ("--- a", "'--- a'"), ("'a", "'''a'"), ("\"a", "'\"a'"), ("%a", "'%a'"),
        ("*", "'*'"),
        ("{", "'{'"), ("a]", "a]"), ("#", "'#'"), ("a:", "'a:'"), (" a", "' a'"), ("a ", "'a '"),
        ("!", "'!'"),
        ("it's", "it's"), ("\t", #""\t""#), ("\u{1B}[31m", #""\e[31m""#), ("\u{202E}", "\u{202E}"),
        ("\u{2028}", "'\u{2028}'"), ("\u{FEFF}a b", #""\uFEFF\x61\x20\x62""#), ("😀", #""\U0001F600""#),
        ("é", "é"), ("\u{A0}", "\u{A0}"), ("a\r\nb", #""a\r\nb""#), ("\u{0}", #""\0""#), ("x\n", "|\n  x"),
        ("x\ny", "|-\n  x\n  y"), ("x\n\n", "|+\n  x\n"), (" x\n", "|2\n   x"), ("\n", "|2+\n"),
        ("x \ny", #""x \ny""#), ("x\n y\n", "|\n  x\n   y"), ("\u{85}", #""\N""#), ("<<", #""<<""#),
        ("\u{7F}", #""\x7F""#),
    ])
    func writesStringsAsKubectlDoes(_ string: String, _ expected: String) throws {
        #expect(try self.yaml("[\(literal(string))]") == "- \(expected)\n")
    }

    @Test(arguments: [
        ("{}", "{}\n"), ("[]", "[]\n"), ("null", "null\n"),
        (
            #"{"a":{},"b":[],"c":null,"d":true,"e":"x","f":"x\ny"}"#,
            "a: {}\nb: []\nc: null\nd: true\ne: x\nf: |-\n  x\n  y\n"
        ),
        (
            #"{"a":[{"b":1,"c":[2]},[3,[4]],[]]}"#,
            "a:\n- b: 1\n  c:\n  - 2\n- - 3\n  - - 4\n- []\n"
        ),
        (
            #"{"a10":1,"a2":1,"1":1,"b":1,"B":1,"a.b":1,"_":1,"":1,"a\nb":1}"#,
            "\"\": 1\n_: 1\n\"1\": 1\nB: 1\n? |-\n  a\n  b\n: 1\na.b: 1\na2: 1\na10: 1\nb: 1\n"
        ),
        (
            "[1.50,1e21,123456789.5,1e-5,12345678901234567890,100000.5,-0,1e999,3E1]",
            "- 1.5\n- 1e+21\n- 1.234567895e+08\n- 1e-05\n- 12345678901234567000\n- 100000.5\n- 0\n- 1e999\n- 30\n"
        ),
    ])
    func writesContainersAndNumbersAsKubectlDoes(_ json: String, _ expected: String) throws {
        #expect(try self.yaml(json) == expected)
    }

    @Test func breaksLongLinesAtASpaceBehindColumn80() throws {
        let words = { (count: Int) in Array(repeating: "word", count: count).joined(separator: " ") }
        let folded = words(16) + "\n  " + words(4)
        #expect(try self.yaml(#"{"a":"\#(words(20))"}"#) == "a: \(folded)\n")
        #expect(try self.yaml(#"{"a":"\#(words(20)) "}"#) == "a: '\(folded) '\n")
        #expect(try self.yaml(#"{"a":"\#(words(20))\u0007"}"#) == "a: \"\(folded)\\a\"\n")
        let name = String(repeating: "n", count: 129)
        #expect(try self.yaml(#"{"\#(name)":["x"]}"#) == "? \(name)\n: - x\n")
    }

    @Test func writesItemsOfAList() throws {
        var writer = YAMLWriter()
        writer.bytes += Array("items:\n".utf8)
        writer.write(item: try Document(json: Array(#"{"a":[1],"b":{"c":2}}"#.utf8)).root)
        writer.indentation = 2
        writer.write(item: try Document(json: Array(#"{"a":{}}"#.utf8)).root)
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == "items:\n- a:\n  - 1\n  b:\n    c: 2\n  - a: {}\n"
        )
    }

    @Test func staysRightWhenItsBytesAreTakenAway() throws {
        let words = Array(repeating: "word", count: 40).joined(separator: " ")
        let document = try Document(json: Array(#"{"a":"\#(words)"}"#.utf8))
        var writer = YAMLWriter()
        writer.write(document)
        let first = writer.bytes
        writer.bytes.removeAll()
        writer.write(document)
        #expect(writer.bytes == first)
        writer.bytes.removeAll()
        writer.write(item: document.root)
        writer.bytes.removeAll()
        writer.indentation = 300
        writer.write(document)
        #expect(writer.bytes.starts(with: "a: word".utf8))
    }

    @Test func writesReplacementCharactersForBytesThatAreNoUTF8() throws {
        let json = Array("{\"".utf8) + [0xFF] + Array("\":\"a".utf8) + [0xE2, 0x82] + Array("\"}".utf8)
        var writer = YAMLWriter()
        writer.write(try Document(json: json))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "\u{FFFD}: a\u{FFFD}\u{FFFD}\n")
    }

    /// Strings that are hard to write come back as they were, through libyaml and, where it is installed,
    /// through PyYAML.
    @Test func readersFindWhatWasWritten() async throws {
        var random = SeededGenerator(for: "strings to write as YAML")
        let strings = (0..<3000).map { _ in
            (0..<Int.random(in: 0...12, using: &random))
                .map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        }
        let elements = strings.map { #"{"v":\#(literal($0)),\#(literal("k" + $0)):1}"# }
        let json = "[" + elements.joined(separator: ",") + "]"
        var writer = YAMLWriter()
        writer.write(try Document(json: Array(json.utf8)))
        for (string, element) in zip(strings, try Document(yaml: writer.bytes).root.elements) {
            #expect(element["v"]?.string.map { Array($0.utf8) } == Array(string.utf8))
            #expect(element["k" + string]?.integer == 1)
        }
        try await self.requirePyYAML(toRead: writer.bytes, as: json)
    }

    /// With the package of the system's own python3, which Tests/run installs.
    private func requirePyYAML(toRead yaml: [UInt8], as json: String) async throws {
        let python = Program("/usr/bin/python3")
        try await withTemporaryDirectory { directory in
            try write(yaml, to: directory.appending("written.yaml"))
            try write(Array(json.utf8), to: directory.appending("expected.json"))
            let program = """
                import json, yaml
                found = yaml.load(open("written.yaml", newline="", encoding="utf-8"), yaml.BaseLoader)
                expected = json.load(open("expected.json", encoding="utf-8"))
                assert [e["v"] for e in found] == [e["v"] for e in expected]
                assert [set(e) for e in found] == [set(e) for e in expected]
                """
            _ = try await python.succeed(["-c", program], directory: directory)
        }
    }
}

private let pieces = [
    "a", "word", " ", "  ", "\t", "\n", "\n\n", "\r", "\r\n", "- ", "? ", ": ", " #", "---", "...", "'", "\"",
    "\\", "%", "@", "`", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "yes", "null", "~", "1", "0x1f",
    ".5",
    "1:30", "2001-01-01", "é", "日本", "😀", "\u{0}", "\u{7}", "\u{1B}[31m", "\u{7F}", "\u{85}", "\u{A0}",
    "\u{202E}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFD}", "\u{E000}", "\u{301}", "<<", "=",
    String(repeating: "long", count: 40), "Lorem ipsum dolor sit amet, consetetur sadipscing elitr",
]

/// A string as JSON.
private func literal(_ string: String) -> String {
    var writer = JSONWriter()
    writer.write(Value(string))
    return String(decoding: writer.bytes, as: UTF8.self)
}

private func write(_ bytes: [UInt8], to path: FilePath) throws {
    let file = try FileDescriptor.open(
        path,
        .writeOnly,
        options: [.create, .truncate],
        permissions: .ownerReadWrite
    )
    try file.closeAfter { _ = try file.writeAll(bytes) }
}

private func contents(of path: FilePath) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    return try file.closeAfter {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = try buffer.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
            bytes += buffer[..<count]
        }
        return bytes
    }
}
