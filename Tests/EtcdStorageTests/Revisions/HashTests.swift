import CChecksums
import EtcdStorage
import Foundation
import Testing

struct HashTests {
    /// What etcdutl 3.6.8's `snapshot status` said.
    @Test(
        arguments: [
            ("cluster-1.36/with-history", 0x39d9_9c98), ("cluster-1.36/compacted", 0x7eb7_0ef7),
            ("plain-etcd/auth-and-leases", 0xb5c8_b7f2), ("encrypted/aescbc/snapshot", 0x2e7e_239f),
            ("encrypted/secretbox/snapshot", 0x38c3_e27b), ("etcd-3.4/history", 0xbb57_b60a),
            ("etcd-3.5/history", 0xa6e9_92d3),
        ] as [(String, UInt32)]
    )
    func equalsEtcdutlsStatusHash(name: String, hash: UInt32) throws {
        #expect(try openFixture("\(name).db").changeSummary().statusHash.value == hash)
    }

    private struct RecordedHash: Decodable {
        var revision: Int64
        var hash: UInt32
    }

    @Test(arguments: ["etcd-3.4", "etcd-3.5"])
    func equalsTheMembersHashKVAtEachRevision(version: String) throws {
        let database = try openFixture("\(version)/history.db")
        for line in try fixtureData("\(version)/history.hashkv.jsonl").split(separator: UInt8(ascii: "\n")) {
            let truth = try JSONDecoder().decode(RecordedHash.self, from: Data(line))
            let keyspace = try database.keyspace(at: truth.revision)
            #expect(try database.hashKV(of: keyspace) == truth.hash, "revision \(truth.revision)")
        }
    }

    @Test func equalsTheClustersHashKV() throws {
        let database = try openFixture("cluster-1.36/with-history.db")
        #expect(try database.hashKV(of: database.keyspace()) == 751_934_816)
    }

    @Test func joinsSumsOfParts() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        var whole = CRC32C()
        whole.update(bytes)
        for cut in [0, 1, 7, 3071, 3072, 50_000, 99_999, 100_000] {
            var first = CRC32C()
            var second = CRC32C()
            first.update(Array(bytes[..<cut]))
            second.update(Array(bytes[cut...]))
            first.append(second)
            #expect(first == whole)
        }
    }

    /// RFC 3720, appendix B.4, and the tables against the processor's instruction.
    @Test func equalsTheStandardsExamples() {
        #expect(registree_crc32c(0, [UInt8](repeating: 0, count: 32), 32) == 0x8A91_36AA)
        #expect(registree_crc32c(0, [UInt8](repeating: 0xFF, count: 32), 32) == 0x62A8_AB43)
        #expect(registree_crc32c(0, Array(UInt8(0)..<32), 32) == 0x46DD_794E)
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        for count in [0, 1, 8, 3071, 3072, 3073, 9999, 10_000] {
            #expect(registree_crc32c(5, bytes, count) == registree_crc32c_portable(5, bytes, count))
        }
    }
}
