import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import KubernetesCodec

/// Input made to trap, to hang or to fill the memory; what hangs is over the time limit on every machine.
@Suite(.timeLimit(.minutes(60)))
struct HostileInputTests {
    @Test(arguments: ["[", "{\"a\":", "[{\"a\":"])
    func refusesJSONTenThousandLevelsDeep(opening: String) {
        let text = Array(String(repeating: opening, count: 10_000).utf8)
        #expect(throws: CodecError.self) { try Document(json: text) }
    }

    @Test(arguments: ["[", "{a: ", "- ", "? "])
    func refusesYAMLTenThousandLevelsDeep(opening: String) {
        #expect(throws: CodecError.self) { try Document(yaml: String(repeating: opening, count: 10_000)) }
    }

    @Test(arguments: [[0x81], [0x9F], [0xA1, 0x41, 0x61], [0xBF, 0x61, 0x61]] as [[UInt8]])
    func refusesCBORTenThousandLevelsDeep(opening: [UInt8]) {
        let bytes = Array(repeatElement(opening, count: 10_000).joined())
        #expect(throws: CodecError.self) { try Document(cbor: bytes) }
    }

    @Test func readsCBORTagsWithoutEnd() throws {
        let bytes = [UInt8](repeating: 0xC6, count: 1_000_000) + [0x01]
        #expect(try Document(cbor: bytes).root.integer == 1)
        #expect(throws: CodecError.self) { try Document(cbor: Array(repeating: 0xC6, count: 1_000_000)) }
    }

    @Test func refusesProtobufTenThousandLevelsDeep() throws {
        let schema = try #require(RecursiveMessage())
        let bytes = wrapped([], levels: 10_000) { length in header(schema.field, length) }
        var decoder = MessageDecoder()
        #expect(throws: CodecError.self) { try decoder.decode(schema.message, bytes) }
        // Of an unknown kind, what lies deeper shows as base64.
        try decoder.decodeUnknown(bytes)
        #expect(!jsonText(decoder.document).isEmpty)
    }

    @Test func takesTheDeepestDocumentThroughEveryWriter() throws {
        let opening = String(repeating: "[", count: Limits.depth)
        let text = opening + String(repeating: "]", count: Limits.depth)
        let document = try Document(json: Array(text.utf8))
        #expect(String(decoding: jsonText(document), as: UTF8.self) == text)
        var yaml = YAMLWriter()
        yaml.write(document)
        #expect(jsonText(try Document(yaml: yaml.bytes)) == Array(text.utf8))
        var cbor = CBORWriter()
        try cbor.write(document)
        #expect(jsonText(try Document(cbor: cbor.bytes)) == Array(text.utf8))
        var copied = Document()
        let copy = try copied.copy(document.root)
        var writer = JSONWriter()
        writer.write(copy, of: copied)
        #expect(writer.bytes == Array(text.utf8))
    }

    @Test func refusesAGzipBomb() throws {
        let bomb = try Data(contentsOf: URL(filePath: Repository.fixture("helm/bomb.gz").string))
        let object = #"{"kind":"ConfigMap","data":{"release":"\#(bomb.base64EncodedString())"}}"#
        let release = try Document(json: Array(object.utf8)).root
        #expect(throws: CodecError.self) { try HelmRelease(release) }
    }

    @Test func refusesABillionLaughs() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1...9 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(throws: CodecError(.tooLarge("\(Limits.nodeCount) values"))) { try Document(yaml: text) }
    }
}

/// Large input, whose cost must grow with its size and no faster; with the square of the size it would take days.
@Suite(.timeLimit(.minutes(60)))
struct LargeInputTests {
    /// An entry for each of a million names, the last name first, so that they must be put in order.
    private static func entries(_ before: [UInt8], _ after: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1_000_000 * (before.count + 4 + after.count))
        for number in (0..<1_000_000).reversed() {
            bytes += before
            bytes.append(digits[number / 46_656])
            bytes.append(digits[number / 1_296 % 36])
            bytes.append(digits[number / 36 % 36])
            bytes.append(digits[number % 36])
            bytes += after
        }
        return bytes
    }

    @Test func readsAMapOfAMillionEntriesInProtobuf() throws {
        let message = try #require(Schema.known.message(apiVersion: "v1", kind: "ConfigMap"))
        let bytes = Self.entries([0x12, 6, 0x0A, 4], [])
        #expect(bytes.count <= Limits.valueByteCount)
        var decoder = MessageDecoder()
        try decoder.decode(message, bytes)
        #expect(decoder.document.root["data"]?.count == 1_000_000)
        #expect(decoder.document.byteCapacity < 128 << 20)
    }

    @Test func readsAMapOfAMillionEntriesInJSON() throws {
        var bytes = [0x7B] + Self.entries(Array("\"".utf8), Array("\":0,".utf8))
        bytes[bytes.count - 1] = 0x7D
        let document = try Document(json: bytes)
        #expect(document.root.count == 1_000_000)
        #expect(document.byteCapacity < 128 << 20)
    }

    @Test func refusesMoreValuesThanAnObjectMayHave() {
        let bytes = Array("[".utf8) + Array(repeatElement(Array("0,".utf8), count: Limits.nodeCount).joined())
        #expect(throws: CodecError(.tooLarge("\(Limits.nodeCount) values"))) { try Document(json: bytes) }
        let cbor = [0x9F] + [UInt8](repeating: 0, count: Limits.nodeCount)
        #expect(throws: CodecError(.tooLarge("\(Limits.nodeCount) values"))) { try Document(cbor: cbor) }
    }

    /// The field is there twice at every level: decoding the first part by itself would double at every level.
    @Test func readsMessagesInPartsOnce() throws {
        let schema = try #require(RecursiveMessage())
        let empty = header(schema.field, 0)
        let few = wrapped(after: empty, [], levels: 50) { length in header(schema.field, length) }
        var decoder = MessageDecoder()
        try decoder.decode(schema.message, few)
        #expect(decoder.document.nodes.count == 51)
        // The innermost holds a mebibyte of empty parts.
        let inner = Array(repeatElement(empty, count: (1 << 20) / empty.count).joined())
        let many = wrapped(after: empty, inner, levels: 50) { length in header(schema.field, length) }
        #expect(throws: CodecError.self) { try decoder.decode(schema.message, many) }
        #expect(throws: Never.self) { try decoder.decode(schema.message, inner) }
    }

    @Test func showsManyFieldsOfAnUnknownKind() throws {
        var bytes: [UInt8] = []
        for number in 2..<50_000 {
            var rest = UInt64(number) << 3
            while rest > 0x7F {
                bytes.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            bytes += [UInt8(rest), 1, 0x0A, 0]
        }
        var decoder = MessageDecoder()
        try decoder.decodeUnknown(bytes)
        #expect(decoder.document.root.count == 49_999)
    }

    @Test func convertsManyVersionsOfADefinition() throws {
        let version = #"{"additionalPrinterColumns":[{"JSONPath":".a"}]},"#
        let versions = String(repeating: version, count: 5_000).dropLast()
        let text =
            #"{"apiVersion":"apiextensions.k8s.io/v1beta1","kind":"CustomResourceDefinition","#
            + #""spec":{"versions":[\#(versions)]}}"#
        var decoder = ObjectDecoder()
        let stored = Array(text.utf8)
        _ = try decoder.decode(stored.span.bytes, in: 0..<stored.count)
        try decoder.showAsServed(modRevision: 1)
        let last = decoder.document.root["spec", "versions"]?.elements.last
        #expect(last?["additionalPrinterColumns"]?.elements.first?["jsonPath"]?.string == ".a")
    }
}

/// Objects whose members are not of the type that their kind says.
struct MistypedObjectTests {
    @Test(arguments: [
        #"{"kind":"PersistentVolumeClaim","metadata":1,"status":"x"}"#,
        #"{"kind":"StatefulSet","spec":{"volumeClaimTemplates":["x",1,[],null]}}"#,
        #"{"kind":"Job","metadata":"x","spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}"#,
        #"{"kind":"Job","metadata":[],"spec":{"template":{"metadata":{"labels":7}}}}"#,
        #"{"apiVersion":"apiextensions.k8s.io/v1beta1","kind":"CustomResourceDefinition","spec":{"versions":"#
            + #"["x",[1],{"additionalPrinterColumns":"x"},{"additionalPrinterColumns":[1,{"JSONPath":{}}]}],"#
            + #""validation":{"a":1},"subresources":2,"additionalPrinterColumns":[{"JSONPath":"x"}]}}"#,
        #"{"apiVersion":"apiextensions.k8s.io/v1beta1","kind":"CustomResourceDefinition","#
            + #""spec":{"version":"v1","conversion":{"strategy":"Webhook","webhookClientConfig":[]}}}"#,
        #"{"kind":{"kind":"Job"}}"#,
    ])
    func showsThemAsServed(text: String) throws {
        var decoder = ObjectDecoder()
        let stored = Array(text.utf8)
        _ = try decoder.decode(stored.span.bytes, in: 0..<stored.count)
        try decoder.showAsServed(modRevision: 7)
        #expect(!jsonText(decoder.document).isEmpty)
    }
}
