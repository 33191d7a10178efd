import Testing

@testable import KubernetesCodec

/// Text that a terminal would obey, and bytes that are no text.
struct HostileTextTests {
    private static let texts = [
        "\u{1B}[2J\u{1B}]0;title\u{7}", "a\rb\u{8}c", "\u{9B}31m", "user\u{202E}gnp.exe", "\u{2066}x\u{2069}",
        "zero\u{200B}width\u{FEFF}", "\u{0}\u{1}\u{7F}", "line\u{2028}line\u{2029}\u{85}", "tab\t\u{C}",
        " \u{1B} ", "\u{FEFF}mark", "- \u{202E}: #", "a\u{301}\u{1F600}", "word \r\n word", "|\n \u{1B}",
    ]

    @Test(arguments: texts)
    func staysIntactInYAMLJSONAndCBOR(text: String) throws {
        var document = Document()
        document.nodes[Int(Document.rootNode)].kind = .object
        try document.insertMember(text, document.addString(text), of: Document.rootNode)
        var pretty = JSONWriter(indentation: 4)
        pretty.write(document)
        var yaml = YAMLWriter()
        yaml.write(document)
        var cbor = CBORWriter()
        try cbor.write(document)
        for again in [
            try Document(json: jsonText(document)), try Document(json: pretty.bytes),
            try Document(yaml: yaml.bytes), try Document(cbor: cbor.bytes),
        ] {
            let members = again.root.members
            #expect(members.count == 1)
            #expect(members.first.map { Array($0.name.utf8) } == Array(text.utf8))
            #expect(members.first?.value.string.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test func showsBytesThatAreNoTextAsReplacementAndKeepsThem() throws {
        let message = try #require(Schema.known.message(apiVersion: "v1", kind: "ConfigMap"))
        let bad: [UInt8] = [0x61, 0xFF, 0xED, 0xA0, 0x80, 0xC3]
        let entry = [0x0A, 6] + bad + [0x12, 6] + bad
        let bytes: [UInt8] = [0x0A, 8, 0x0A, 6] + bad + [0x12, 16] + entry
        var decoder = MessageDecoder()
        try decoder.decode(message, bytes)
        let root = decoder.document.root
        #expect(root["metadata", "name"]?.string?.unicodeScalars.first == "a")
        var yaml = YAMLWriter()
        yaml.write(decoder.document)
        let json = try Document(json: jsonText(decoder.document))
        #expect(isEqual(try Document(yaml: yaml.bytes).root, json.root))
        #expect(json.root["data"]?.members.first?.name == "a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}")
        let encoded = try MessageEncoder(document: decoder.document)
            .encode(message, Document.rootNode, path: .init())
        #expect(encoded.suffix(18) == ([0x12, 16] + entry)[...])
    }

    @Test(arguments: [
        (Int32(1_500_000_000), "1970-01-01T00:00:11.500000Z"), (-1_000, "1970-01-01T00:00:09.999999Z"),
        (-999, "1970-01-01T00:00:10.000000Z"), (.max, "1970-01-01T00:00:12.147483Z"),
        (.min, "1970-01-01T00:00:07.852517Z"), (0, "1970-01-01T00:00:10.000000Z"),
    ])
    func carriesNanosecondsBeyondASecond(nanoseconds: Int32, text: String) {
        #expect(rfc3339Text(seconds: 10, nanoseconds: nanoseconds) == text)
        #expect(rfc3339Text(seconds: .max, nanoseconds: nanoseconds) == nil)
    }
}
