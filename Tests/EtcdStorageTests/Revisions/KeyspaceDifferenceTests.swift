import Bolt
import Files
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// Keys in which two keyspaces differ.
struct KeyspaceDifferenceTests {
    private static let history = Repository.fixture("etcd-3.5/history.db").string

    /// Keys and values, as a dictionary has them.
    private func pairs(_ keyspace: Keyspace) throws -> [[UInt8]: [UInt8]] {
        var pairs: [[UInt8]: [UInt8]] = [:]
        try keyspace.forEachRecord(at: 0..<keyspace.count) { key, _, value in
            pairs[key.withUnsafeBytes { Array($0) }] = value.withUnsafeBytes { Array($0) }
        }
        return pairs
    }

    /// The truth, told from two dictionaries.
    private func expect(_ old: Keyspace, _ new: Keyspace) throws {
        let (one, other) = (try self.pairs(old), try self.pairs(new))
        let difference = try KeyspaceDifference(from: old, to: new)
        var found: [[UInt8]: String] = [:]
        for change in difference.changes {
            switch change {
            case .removed(let position): found[old.bytes(of: old[position])] = "removed"
            case .added(let position): found[new.bytes(of: new[position])] = "added"
            case .changed(let position, let other):
                #expect(old.bytes(of: old[position]) == new.bytes(of: new[other]))
                found[old.bytes(of: old[position])] = "changed"
            }
        }
        var truth: [[UInt8]: String] = [:]
        for (key, value) in one where other[key] != value {
            truth[key] = other[key] == nil ? "removed" : "changed"
        }
        for key in other.keys where one[key] == nil { truth[key] = "added" }
        #expect(found == truth)
        #expect(difference.changes.count == found.count)
        #expect(difference.equalCount == one.count { other[$0.key] == $0.value })
    }

    @Test func everyTwoRevisionsOfAFile() throws {
        let database = try EtcdDatabase(path: Self.history)
        let copy = try EtcdDatabase(path: Self.history)
        for old in 30...41 as ClosedRange<Int64> {
            for new in 30...41 as ClosedRange<Int64> {
                try self.expect(database.keyspace(at: old), database.keyspace(at: new))
                try self.expect(database.keyspace(at: old), copy.keyspace(at: new))
            }
        }
    }

    @Test func equalKeyspacesWhoseRecordsWereWrittenAtOtherTimes() throws {
        let cluster = try EtcdDatabase(path: Repository.fixture("cluster-1.36/with-history.db").string)
        let compacted = try EtcdDatabase(path: Repository.fixture("cluster-1.36/compacted.db").string)
        let (one, other) = (try cluster.keyspace(), try compacted.keyspace())
        #expect(try KeyspaceDifference(from: one, to: other, depth: .records).changes == [])
        #expect(try KeyspaceDifference(from: one, to: other).equalCount == 1401)
    }

    /// Many keys, most of them on one side alone, so that the parts of both are cut.
    @Test func manyKeysOfOneSide() throws {
        try withTemporaryDirectory { directory in
            func keyspace(_ name: String, _ keys: [Int]) throws -> Keyspace {
                let spool = try self.spool(in: directory.string, keys)
                return try spool.keyspace(at: 1, of: 1)
            }
            let few = try keyspace("few", [0, 17, 9_000, 29_999, 30_001])
            let many = try keyspace("many", Array(0..<30_000))
            let even = try keyspace("even", (0..<30_000).filter { $0.isMultiple(of: 2) })
            for (old, new) in [
                (few, many), (many, few), (many, even), (even, many), (few, few), (many, many),
            ] {
                try self.expect(old, new)
            }
            let half = try KeyspaceDifference(from: many, to: even, within: [(0..<100, 0..<50)])
            #expect(half.changes.count == 50 && half.equalCount == 50)
        }
    }

    private func spool(in directory: String, _ keys: [Int]) throws -> KeyspaceSpool {
        var spool = try KeyspaceSpool(in: directory)
        for key in keys {
            let text = String(key + 100_000)
            var metadata = KeyMetadata.zero
            metadata.modRevision = 1
            metadata.createRevision = 1
            metadata.version = 1
            try spool.append(key: Array("/registry/pods/\(text)".utf8), value: Array(text.utf8), metadata)
        }
        return spool
    }
}
