import Bolt
import EtcdStorage
import SystemPackage
import TestSupport
import Testing

/// Sources that leave no revisions for changes to come.
struct HighRevisionTests {
    private let highest = Int64.max / 2

    /// A put of key `k`.
    private let message: [UInt8] = [0x0A, 1, UInt8(ascii: "k"), 0x10, 2, 0x18, 2, 0x20, 1, 0x2A, 1, 0x76]

    /// A database with the buckets' pairs, by name.
    private func open(
        records: [[UInt8]: [UInt8]] = [:],
        meta: [String: [UInt8]] = [:],
        in directory: FilePath
    ) throws -> EtcdDatabase {
        let pairs = Dictionary(uniqueKeysWithValues: meta.map { (Array($0.key.utf8), $0.value) })
        let buckets: PlainDatabase = [BucketName.key.bytes: records, BucketName.meta.bytes: pairs]
        return try makeDatabase(buckets, at: directory.appending("made.db").string)
    }

    @Test(arguments: ["scheduledCompactRev", "finishedCompactRev"], [Int64.max, Int64.max / 2 + 1])
    func aCompactionAtTheLastRevisionsIsRefused(name: String, revision: Int64) throws {
        try withTemporaryDirectory { directory in
            let database = try open(
                meta: [name: RevisionKey(main: revision, sub: 0).bytes],
                in: directory
            )
            #expect(throws: StorageError(.revisionTooHigh(revision), path: database.path)) {
                _ = try OverlaySource(database)
            }
        }
    }

    @Test func aRecordAtTheLastRevisionIsRefused() throws {
        try withTemporaryDirectory { directory in
            let key = RevisionKey(main: .max, sub: 0)
            let database = try open(records: [key.bytes: message], in: directory)
            #expect(throws: StorageError(.revisionTooHigh(.max), path: database.path)) {
                _ = try OverlaySource(database)
            }
        }
    }

    @Test func changesFollowTheHighestRevisionThatIsTaken() throws {
        try withTemporaryDirectory { directory in
            let key = RevisionKey(main: highest, sub: 0)
            let database = try open(
                records: [key.bytes: message],
                meta: ["finishedCompactRev": key.bytes],
                in: directory
            )
            var overlay = Overlay(over: try OverlaySource(database))
            let value: [UInt8] = [1]
            try overlay.put([UInt8(ascii: "a")], value.span.bytes)
            overlay.commit()
            #expect(overlay.revision == highest + 1)
            try overlay.compact(to: highest + 1)
            #expect(overlay.newestView.count(in: .all) == 2)
        }
    }
}
