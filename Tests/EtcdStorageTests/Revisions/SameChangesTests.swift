import Bolt
import EtcdStorage
import Files
import SystemPackage
import TestSupport
import Testing

/// Whether two databases hold the same changes, wherever the records lie in them.
struct SameChangesTests {
    private typealias Change = (revision: RevisionKey, record: [UInt8])

    /// Enough changes for several pages, of two operations each.
    private static func changes(count: Int, seed: UInt8) -> [Change] {
        (0..<count).map { number in
            let revision = RevisionKey(main: Int64(2 + number / 2), sub: Int64(number % 2))
            return (revision, [UInt8](repeating: seed &+ UInt8(number % 251), count: 40 + number % 300))
        }
    }

    private func write(_ changes: [Change], to path: FilePath) throws -> EtcdDatabase {
        let file = try OutputFile(creating: path.string)
        var writer = try BoltWriter(writingTo: file)
        try writer.beginBucket(Array("key".utf8).span.bytes)
        for change in changes {
            try writer.append(key: change.revision.bytes.span.bytes, value: change.record.span.bytes)
        }
        _ = try writer.finish()
        try file.close()
        return try EtcdDatabase(path: path.string)
    }

    private func isSame(_ left: [Change], _ right: [Change]) throws -> Bool {
        try withTemporaryDirectory { directory in
            let one = try self.write(left, to: directory.appending("one.db"))
            let other = try self.write(right, to: directory.appending("other.db"))
            let isSame = try one.holdsSameChanges(as: other)
            #expect(try other.holdsSameChanges(as: one) == isSame)
            return isSame
        }
    }

    @Test(arguments: [0, 1, 2, 3, 1000])
    func equalChangesAreTheSame(count: Int) throws {
        let changes = Self.changes(count: count, seed: 7)
        #expect(try self.isSame(changes, changes))
    }

    @Test func aChangedByteIsFoundWhereverItIs() throws {
        let changes = Self.changes(count: 1000, seed: 7)
        for index in [0, 1, 499, 500, 998, 999] {
            var other = changes
            other[index].record[other[index].record.count - 1] ^= 1
            #expect(try !self.isSame(changes, other), "record \(index)")
        }
    }

    @Test func aMissingChangeIsFoundWhereverItIs() throws {
        let changes = Self.changes(count: 1000, seed: 7)
        for index in [0, 1, 499, 500, 998, 999] {
            var other = changes
            other.remove(at: index)
            #expect(try !self.isSame(changes, other), "record \(index)")
        }
    }

    @Test func aTombstoneIsNoPut() throws {
        let changes = Self.changes(count: 4, seed: 7)
        var other = changes
        other[3].revision.isTombstone = true
        #expect(try !self.isSame(changes, other))
    }

    @Test func aByteBetweenKeyAndValueIsNotTakenForTheOther() throws {
        let revision = RevisionKey(main: 2, sub: 0)
        var tombstone = revision
        tombstone.isTombstone = true
        // Key and value together are the same bytes.
        let put: Change = (revision, Array("t".utf8) + [1, 2, 3])
        #expect(try !self.isSame([put], [(tombstone, [1, 2, 3])]))
    }
}
