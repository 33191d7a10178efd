import KubernetesCodec
import Testing

struct JSONTests {
    @Test(arguments: [
        (#"{"b":1,"a":[true,null,"x"]}"#, #"{"a":[true,null,"x"],"b":1}"#),
        (#"{"a":1,"a":2}"#, #"{"a":2}"#),
        (#" {"n" : -9223372036854775808 } "#, #"{"n":-9223372036854775808}"#),
        (#"[9223372036854775808,1.50,-0,1E+2]"#, #"[9223372036854775808,1.50,-0,1E+2]"#),
        (#""<\u0026>\u2028\ud83d\ude00\ud800\u0007\/""#, #""\u003c\u0026\u003e\u2028😀�\u0007/""#),
        ("[]", "[]"), ("{}", "{}"), ("3", "3"),
    ])
    func readsAndWritesAsGoDoes(_ read: String, _ written: String) throws {
        var writer = JSONWriter()
        writer.write(try Document(json: Array(read.utf8)))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == written)
    }

    @Test func indentsAsKubectlDoes() throws {
        var writer = JSONWriter(indentation: 4)
        writer.write(try Document(json: Array(#"{"b":[1,{}],"a":{"c":""}}"#.utf8)))
        let expected = """
            {
                "a": {
                    "c": ""
                },
                "b": [
                    1,
                    {}
                ]
            }
            """
        #expect(String(decoding: writer.bytes, as: UTF8.self) == expected)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\"}", "{\"a\":}", "01", "1.", "-", "1e", "\"\\x\"", "\"a", "\"\\u12\"", "nul",
        "true false",
        "\"\u{1}\"", "{a:1}", "[1 2]", "+1", ".5", "\"\\u12g4\"",
    ])
    func refusesWhatIsNoJSON(_ text: String) {
        #expect(throws: CodecError.self) { try Document(json: Array(text.utf8)) }
    }

    @Test func limitsDepth() throws {
        let deep = { (depth: Int) in
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        _ = try Document(json: deep(Limits.depth))
        #expect(throws: CodecError(.tooLarge("128 levels of JSON"), at: 128)) {
            try Document(json: deep(Limits.depth + 1))
        }
        #expect(throws: CodecError.self) {
            try Document(json: Array(repeating: UInt8(ascii: "["), count: 1 << 20))
        }
    }

    /// What is too large is the whole, wherever reading stopped.
    @Test func saysOfALimitWhatItIsAndNoPlace() {
        #expect("\(CodecError(.tooLarge("8 MiB"), at: 0))" == "it has more than 8 MiB")
        #expect(
            "\(CodecError(.tooLarge("128 levels of JSON"), at: 128))" == "it has more than 128 levels of JSON"
        )
        #expect("\(CodecError(.truncated, at: 0))" == "it ends too early at byte 0")
    }

    @Test func writesReplacementCharactersForBytesThatAreNoUTF8() throws {
        var writer = JSONWriter()
        writer.write(try Document(json: [0x22, 0x61, 0xFF, 0xC0, 0xE2, 0x82, 0x22]))
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #""a\ufffd\ufffd\ufffd\ufffd""#)
    }
}
