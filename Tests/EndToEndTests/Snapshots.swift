import SystemPackage
import TestSupport
import Testing

/// A recorded snapshot and what etcdutl 3.6.8's `snapshot status` says of it; for those of etcd 3.4 and 3.5, hash,
/// revision and size as their own tools say, keys as the live etcd counted them.
struct RecordedSnapshot: Sendable, CustomTestStringConvertible {
    var name: String
    var hash: UInt32
    var revision: Int64
    var totalKeys: Int
    var totalSize: Int
    var version: String
    /// HashKV at the newest revision, where a server said it.
    var hashKV: UInt32?

    var path: FilePath { Repository.fixture(self.name) }
    var testDescription: String { self.name }

    static let all = [
        RecordedSnapshot(
            name: "cluster-1.36/with-history.db",
            hash: 0x39d9_9c98,
            revision: 2865,
            totalKeys: 1401,
            totalSize: 6_021_120,
            version: "3.6.0",
            hashKV: 751_934_816
        ),
        RecordedSnapshot(
            name: "cluster-1.36/compacted.db",
            hash: 0x7eb7_0ef7,
            revision: 2865,
            totalKeys: 1401,
            totalSize: 2_682_880,
            version: "3.6.0"
        ),
        RecordedSnapshot(
            name: "encrypted/aescbc/snapshot.db",
            hash: 0x2e7e_239f,
            revision: 294,
            totalKeys: 269,
            totalSize: 413_696,
            version: "3.6.0"
        ),
        RecordedSnapshot(
            name: "encrypted/secretbox/snapshot.db",
            hash: 0x38c3_e27b,
            revision: 294,
            totalKeys: 269,
            totalSize: 405_504,
            version: "3.6.0"
        ),
        RecordedSnapshot(
            name: "plain-etcd/auth-and-leases.db",
            hash: 0xb5c8_b7f2,
            revision: 23,
            totalKeys: 19,
            totalSize: 24_576,
            version: "3.6.0"
        ),
        RecordedSnapshot(
            name: "etcd-3.4/history.db",
            hash: 3_143_087_626,
            revision: 41,
            totalKeys: 202,
            totalSize: 139_264,
            version: "",
            hashKV: 946_236_114
        ),
        RecordedSnapshot(
            name: "etcd-3.5/history.db",
            hash: 2_800_325_331,
            revision: 41,
            totalKeys: 202,
            totalSize: 159_744,
            version: "",
            hashKV: 1_164_017_969
        ),
    ]
}
