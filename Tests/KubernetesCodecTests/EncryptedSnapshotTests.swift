import EtcdStorage
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import KubernetesCodec

/// Snapshots that a real API server wrote.
struct EncryptedSnapshotTests {
    @Test(arguments: ["aescbc", "secretbox"])
    func opensEveryEncryptedValue(_ provider: String) throws {
        let directory = "encrypted/\(provider)"
        let file = path("\(directory)/encryption-configuration.yaml")
        let text = Array(try Data(contentsOf: URL(filePath: file)))
        let read = try EncryptionConfiguration(Document(yaml: text))
        let (count, moved) = try self.openAll(in: "\(directory)/snapshot.db", with: read)
        #expect(count == 51)
        #expect(moved == [])
    }

    @Test func opensValuesOfEveryProviderInOneSnapshot() throws {
        let secret = Data((0..<32).map { UInt8($0) }).base64EncodedString()
        let read = try configuration(
            resources: #""*.*""#,
            providers: [
                keyed("aescbc", "cbckey", secret), keyed("aesgcm", "gcmkey", secret),
                keyed("secretbox", "boxkey", secret),
            ].joined(separator: ",")
        )
        let (count, moved) = try self.openAll(in: "codec/cbor-json-encrypted.db", with: read)
        #expect(count == 7)
        #expect(moved == [])
        // At this revision there is a value that etcdctl copied to another key.
        let (before, movedBefore) = try self.openAll(
            in: "codec/cbor-json-encrypted.db",
            at: 408,
            with: read
        )
        #expect(before == 5)
        #expect(movedBefore == ["/registry/configmaps/default/c1copy"])
    }

    /// Opens every encrypted value; each must be an object that holds the last part of its key, its name.
    ///
    /// - Returns: How many open, and the keys of those that were encrypted for another.
    private func openAll(
        in snapshot: String,
        at revision: Int64? = nil,
        with configuration: EncryptionConfiguration
    ) throws -> (Int, [String]) {
        let decryption = Decryption(configuration: configuration)
        let keyspace = try EtcdDatabase(path: path(snapshot)).keyspace(at: revision)
        var count = 0
        var moved: [String] = []
        try keyspace.forEachRecord(at: 0..<keyspace.count) { key, _, value in
            guard EncryptedValue(value) != nil else { return }
            let etcdKey = key.withUnsafeBytes { Array($0) }
            let parts = String(decoding: etcdKey, as: UTF8.self).split(separator: "/").map(String.init)
            let isCustom = parts[1].contains(".")
            let plain: [UInt8]
            do throws(CodecError) {
                plain = try decryption.open(
                    value,
                    etcdKey: etcdKey,
                    resource: parts[isCustom ? 2 : 1],
                    group: isCustom ? parts[1] : ""
                )
            } catch {
                #expect(error.description.contains("another etcd key"))
                moved.append(String(decoding: etcdKey, as: UTF8.self))
                return
            }
            count += 1
            #expect(plain.starts(with: Array("k8s\0".utf8)) || plain.first == UInt8(ascii: "{"))
            #expect(String(decoding: plain, as: UTF8.self).contains(parts.last ?? "/"))
        }
        return (count, moved)
    }

    private func path(_ fixture: String) -> String { Repository.fixture(fixture).string }
}
