import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import KubernetesCodec

struct HelmTests {
    private static func fixture(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: Repository.fixture("helm/\(name)").string)))
    }

    @Test func readsReleasesInSecretsAndConfigMaps() throws {
        let cases = try Document(json: Self.fixture("releases.json")).root.elements
        #expect(cases.count == 5)
        for element in cases {
            let object = try #require(element["object"])
            let expected = try #require(element["release"])
            #expect(HelmRelease.isRelease(object))
            let release = try HelmRelease(object)
            #expect(text(release.document.root) == text(expected), "\(element["case"]?.string ?? "")")
        }
    }

    @Test func showsTheParts() throws {
        let cases = try Document(json: Self.fixture("releases.json")).root.elements
        let release = try HelmRelease(#require(cases.first?["object"]))
        #expect(release.name == "shop")
        #expect(release.namespace == "web")
        #expect(release.revision == 2)
        #expect(release.status == "deployed")
        #expect(release.summary == "Upgrade complete")
        #expect(release.firstDeployed == "2026-11-20T08:00:00.123456789Z")
        #expect(release.lastDeployed == "2026-11-22T09:30:00.5+01:00")
        #expect(release.chartName == "webshop")
        #expect(release.chartVersion == "1.2.3")
        #expect(release.appVersion == "v7")
        #expect(release.values?["replicas"]?.integer == 3)
        #expect(release.defaultValues?["image", "tag"]?.string == "latest")
        #expect(release.manifest.hasPrefix("---\n# Source: webshop"))
        #expect(release.notes == "Visit http://shop.example.com\n")
        #expect(release.hooks.map(\.name) == ["shop-migrate"])
        #expect(release.hooks.first?.kind == "Job")
        #expect(release.hooks.first?.path == "webshop/templates/hook.yaml")
        #expect(release.hooks.first?.events == ["pre-upgrade", "pre-install"])
        #expect(release.hooks.first?.manifest == "apiVersion: batch/v1\nkind: Job\n")

        let bare = try HelmRelease(#require(cases[1]["object"]))
        #expect(bare.values == nil)
        #expect(bare.hooks.isEmpty)
    }

    @Test(arguments: [
        #"{"kind":"Secret","type":"Opaque","data":{"release":"eA=="}}"#,
        #"{"kind":"ConfigMap","metadata":{"labels":{"OWNER":"TILLER"}},"data":{"release":"eA=="}}"#,
        #"{"kind":"Pod"}"#, "null",
    ])
    func leavesOtherObjectsAlone(_ json: String) throws {
        #expect(!HelmRelease.isRelease(try Document(json: Array(json.utf8)).root))
    }

    @Test(arguments: ["", "?", "eA==", "Pz8/", "bnVsbA==", "ZXlJPQ=="])
    func refusesWhatIsNoRelease(_ data: String) throws {
        let json = #"{"kind":"Secret","type":"helm.sh/release.v1","data":{"release":"\#(data)"}}"#
        let object = try Document(json: Array(json.utf8))
        #expect(throws: CodecError.self) { try HelmRelease(object.root) }
    }

    @Test func refusesAGzipBombEarly() throws {
        let bomb = try Self.fixture("bomb.gz")
        let early = CodecError(.tooLarge("\(Limits.freelyUnpackedByteCount) bytes when unpacked"))
        #expect(throws: early) { try Gzip.unpack(bomb) }
        // A small one of the same ratio stays below what is unpacked at any ratio.
        #expect(throws: CodecError(.truncated)) { try Gzip.unpack(Array(bomb[..<1000])) }
    }

    @Test func refusesEveryTruncationAndFlippedBitOfAGzip() throws {
        let cases = try Document(json: Self.fixture("releases.json")).root.elements
        let packed = try base64(cases[2]["object", "data", "release"])
        let unpacked = try Gzip.unpack(packed)
        for count in 0..<packed.count {
            #expect(throws: CodecError(.truncated)) { try Gzip.unpack(Array(packed[..<count])) }
        }
        for index in 0..<packed.count {
            var damaged = packed
            damaged[index] ^= 1 << UInt8(index % 8)
            // The header's time, flags and system are not covered by the checksum.
            if let result = try? Gzip.unpack(damaged) { #expect(result == unpacked && index < 10) }
        }
        #expect(try Gzip.unpack(packed + [1, 2, 3]) == unpacked)
        #expect(try Gzip.unpack(packed + packed) == unpacked)
    }

    private func text(_ value: Value) -> String {
        var writer = JSONWriter()
        writer.write(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
