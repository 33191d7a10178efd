import Bolt
import EtcdStorage
import EtcdStore
import Files
import SystemPackage
import TestSupport
import Testing

/// Users and roles in the snapshots that a store writes.
struct UserSnapshotTests {
    @Test func leavesTheUsersOfASourceAsTheyAre() throws {
        try withTemporaryDirectory { directory in
            let source = try EtcdDatabase(path: Repository.fixture("plain-etcd/auth-and-leases.db").string)
            let store = try Store(source: source, identity: .alone, now: 0)
            let snapshot = directory.appending("snapshot.db")
            let file = try OutputFile(creating: snapshot.string)
            _ = try store.writeSnapshot(to: file)
            try file.close()
            let written = try EtcdDatabase(path: snapshot.string)
            for bucket in [BucketName.auth, .authUsers, .authRoles] {
                let (ours, theirs) = (try pairs(of: bucket, in: written), try pairs(of: bucket, in: source))
                #expect(ours == theirs)
            }
        }
    }
}

private func pairs(of bucket: BucketName, in database: EtcdDatabase) throws -> [[UInt8]: [UInt8]] {
    var pairs: [[UInt8]: [UInt8]] = [:]
    try database.forEachPair(in: bucket) { pair, _, bytes in
        let key = bytes.extracting(pair.key).withUnsafeBytes { Array($0) }
        pairs[key] = bytes.extracting(pair.value).withUnsafeBytes { Array($0) }
    }
    return pairs
}
