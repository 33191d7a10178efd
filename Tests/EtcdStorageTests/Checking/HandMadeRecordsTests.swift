import Bolt
import EtcdStorage
import Files
import SystemPackage
import TestSupport
import Testing

/// Databases that no etcd would write, with sound pages around records that are not.
struct HandMadeRecordsTests {
    private func check(_ records: [(key: RevisionKey, message: [UInt8])]) throws -> [StorageFinding.Reason] {
        try withTemporaryDirectory { directory in
            let path = directory.appending("made.db").string
            let file = try OutputFile(creating: path)
            var writer = try BoltWriter(writingTo: file)
            try writer.beginBucket(Array("key".utf8).span.bytes)
            for record in records {
                try writer.append(key: record.key.bytes.span.bytes, value: record.message.span.bytes)
            }
            _ = try writer.finish()
            try file.close()
            return try StorageCheck(of: EtcdDatabase(path: path)).findings.map(\.reason)
        }
    }

    /// A put of key `k`, as etcd writes it.
    private func put(create: UInt8, mod: UInt8, version: UInt8) -> [UInt8] {
        [0x0A, 1, UInt8(ascii: "k"), 0x10, create, 0x18, mod, 0x20, version, 0x2A, 1, 0x76]
    }

    @Test func acceptsARecordAsEtcdWritesIt() throws {
        let key = RevisionKey(main: 2, sub: 0)
        #expect(try check([(key, put(create: 2, mod: 2, version: 1))]) == [])
    }

    @Test func survivesTheHighestNumbers() throws {
        let last = RevisionKey(main: .max, sub: .max)
        var tombstone = last
        tombstone.isTombstone = true
        let records = [
            (last, put(create: 2, mod: 2, version: 1)), (tombstone, [0x0A, 1, UInt8(ascii: "k")]),
        ]
        #expect(try check(records).contains(.tooManyOperations))
    }

    @Test func findsAVersionThatDoesNotFollow() throws {
        let records = [
            (RevisionKey(main: 2, sub: 0), put(create: 2, mod: 2, version: 1)),
            (RevisionKey(main: 3, sub: 0), put(create: 2, mod: 3, version: 3)),
        ]
        #expect(try check(records) == [.impossibleHistory(create: 2, version: 3)])
        let other = [records[0], (RevisionKey(main: 3, sub: 0), put(create: 3, mod: 3, version: 1))]
        #expect(try check(other) == [.createRevisionDiffers(found: 3, expected: 2)])
    }

    @Test func findsATombstoneOfNothing() throws {
        let tombstone = RevisionKey(main: 2, sub: 0, isTombstone: true)
        #expect(try check([(tombstone, [0x0A, 1, UInt8(ascii: "k")])]) == [.tombstoneOfNothing])
    }
}
