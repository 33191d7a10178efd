import EtcdStorage
import Foundation
import KubernetesCodec
import KubernetesRegistry
import StoreTestSupport
import TestSupport

/// The pairs of a fixture, as a store whose objects a test changes.
struct ChangedStore {
    var pairs: [(key: String, value: [UInt8])]

    /// The live keys of a snapshot.
    init(_ path: String) throws {
        let keyspace = try EtcdDatabase(path: path).keyspace()
        var pairs: [(key: String, value: [UInt8])] = []
        try keyspace.forEachRecord(at: 0..<keyspace.count) { key, _, value in
            pairs.append(
                (
                    key.withUnsafeBytes { String(decoding: $0, as: UTF8.self) },
                    value.withUnsafeBytes { Array($0) }
                )
            )
        }
        self.pairs = pairs
    }

    /// A snapshot of the pairs without a digest, each with a revision of its own.
    func registry(at path: String) throws -> Registry {
        try writeSnapshot(of: self.pairs.map { (Array($0.key.utf8), $0.value) }, to: path)
        return try Registry(of: EtcdDatabase(path: path).keyspace())
    }
}
