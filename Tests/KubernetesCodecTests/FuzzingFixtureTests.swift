import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import KubernetesCodec

/// What fuzzing began with and what it found, through the same code as there.
struct FuzzingFixtureTests {
    @Test(arguments: FuzzTarget.allCases)
    func keepsEveryPromise(target: FuzzTarget) throws {
        let folder = Repository.fixture("fuzzing/\(target.rawValue)").string
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(!names.isEmpty)
        var run = FuzzRun()
        for name in names {
            let bytes = Array(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
            #expect(throws: Never.self, "\(target.rawValue)/\(name)") {
                try run.take(bytes.span.bytes, as: target)
            }
        }
    }

    @Test func everyFolderIsATarget() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Repository.fixture("fuzzing").string
        )
        #expect(folders.sorted() == FuzzTarget.allCases.map(\.rawValue).sorted())
    }

    /// Seeds that are not read any more would fuzz nothing but errors.
    @Test func seedsAreReadAsWhatTheyAre() throws {
        func bytes(_ path: String) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(filePath: Repository.fixture("fuzzing/\(path)").string)))
        }
        var decoder = ObjectDecoder()
        for name in ["cronjob", "json", "role", "volume-attachment"] {
            let stored = try bytes("envelope/\(name)")
            #expect(try decoder.decode(stored.span.bytes, in: 0..<stored.count).isKnownKind)
        }
        let message = try bytes("protobuf/pod")
        let pod = try #require(Schema.known.message(apiVersion: "v1", kind: "Pod"))
        #expect(UInt16(message[0]) | UInt16(message[1]) << 8 == pod)
        #expect(try Document(cbor: bytes("cbor/items")).root.elements.count > 20)
        #expect(try Document(json: bytes("json/object")).root.kind == .object)
        #expect(try Document.documents(yaml: bytes("yaml/anchors")).count == 2)
        #expect(try Document(json: Gzip.unpack(bytes("gzip/release.gz"))).root["name"]?.string == "web")
        for name in ["aescbc", "aesgcm", "secretbox", "kms-v1", "kms-v2", "kms-v2-seed"] {
            #expect(try openWithEverything(bytes("encrypted-value/\(name)")).starts(with: Envelope.magic))
        }
    }
}
