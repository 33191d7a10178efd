import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// What Kubernetes' own Go code stores, and what it gives for it in JSON.
struct GoldenVector: Decodable {
    var apiVersion: String
    var kind: String
    var stored: Data
    var json: Data

    static let all: [GoldenVector] = {
        let path = Repository.fixture("codec/golden-vectors.jsonl").string
        guard let lines = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return lines.split(separator: "\n").compactMap { line in
            guard let object = try? Document(json: Array(line.utf8)).root, let json = object["json"],
                let stored = object["stored"]?.string.flatMap({ Data(base64Encoded: $0) })
            else { return nil }
            var writer = JSONWriter()
            writer.write(json)
            return GoldenVector(
                apiVersion: object["apiVersion"]?.string ?? "",
                kind: object["kind"]?.string ?? "",
                stored: stored,
                json: Data(writer.bytes)
            )
        }
    }()
}

struct GoldenVectorTests {
    @Test func decodesEveryVectorToTheJSONThatGoGives() throws {
        #expect(GoldenVector.all.count == 284)
        var decoder = ObjectDecoder()
        var kinds: Set<String> = []
        for vector in GoldenVector.all {
            let stored = Array(vector.stored)
            let form = try decoder.decode(stored.span.bytes, in: 0..<stored.count)
            #expect(form.encoding == .protobuf && form.isKnownKind && form.unknownFieldCount == 0)
            let expected = try Document(json: Array(vector.json))
            #expect(isEqual(decoder.document.root, expected.root), "\(vector.apiVersion) \(vector.kind)")
            kinds.insert("\(vector.apiVersion) \(vector.kind)")
        }
        #expect(kinds.count == 142)
    }

    @Test func encodesEveryVectorToBytesThatDecodeEqual() throws {
        var decoder = ObjectDecoder()
        var differing: [String] = []
        for vector in GoldenVector.all {
            let document = try Document(json: Array(vector.json))
            let encoded = try ObjectEncoder.encode(document, as: .protobuf)
            if encoded != Array(vector.stored) { differing.append("\(vector.apiVersion) \(vector.kind)") }
            _ = try decoder.decode(encoded.span.bytes, in: 0..<encoded.count)
            #expect(isEqual(decoder.document.root, document.root), "\(vector.apiVersion) \(vector.kind)")
        }
        // The rest have empty bytes where JSON has nothing: 278 of 284 are the same, 97.9 %.
        let kinds: Set = [
            "v1 ConfigMap", "admissionregistration.k8s.io/v1 MutatingWebhookConfiguration",
            "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
            "admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration",
            "apiregistration.k8s.io/v1 APIService", "apiregistration.k8s.io/v1beta1 APIService",
        ]
        #expect(Set(differing) == kinds && differing.count == kinds.count)
    }
}

/// Whether two values are the same JSON; numbers are compared as numbers.
func isEqual(_ left: Value, _ right: Value) -> Bool {
    guard left.kind == right.kind, left.count == right.count else { return false }
    return switch left.kind {
    case .null: true
    case .boolean, .string: left.scalarText == right.scalarText
    case .number: left.integer == right.integer && left.double == right.double
    case .array: zip(left.elements, right.elements).allSatisfy(isEqual)
    case .object:
        zip(left.members, right.members).allSatisfy { $0.name == $1.name && isEqual($0.value, $1.value) }
    }
}
