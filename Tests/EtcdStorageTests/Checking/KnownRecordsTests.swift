import Bolt
import EtcdStorage
import Files
import SystemPackage
import TestSupport
import Testing

/// What is taken over from the check of a database: for another one that may hold the same records, and for its keys.
struct KnownRecordsTests {
    private static let fixtures = [
        "cluster-1.36/with-history.db", "cluster-1.36/compacted.db", "plain-etcd/auth-and-leases.db",
        "etcd-3.4/history.db", "etcd-3.5/history.db",
    ]

    private func open(_ fixture: String) throws -> EtcdDatabase {
        try EtcdDatabase(path: Repository.fixture(fixture).string)
    }

    /// Writes `source` anew with the change.
    private func write(
        _ source: EtcdDatabase,
        in directory: FilePath,
        _ change: (inout DatabaseImage) -> Void = { _ in }
    ) throws -> EtcdDatabase {
        var image = DatabaseImage(source: source)
        change(&image)
        let path = directory.appending("written.db").string
        let file = try OutputFile(creating: path)
        _ = try image.writeDatabase(to: file)
        try file.close()
        return try EtcdDatabase(path: path)
    }

    @Test(arguments: fixtures)
    func theSameRecordsOnOtherPagesCountAsChecked(fixture: String) throws {
        try withTemporaryDirectory { directory in
            let source = try self.open(fixture)
            let known = try StorageCheck(of: source)
            let written = try self.write(source, in: directory)
            let check = try StorageCheck(of: written, comparedWith: source, checkedBy: known)
            let full = try StorageCheck(of: written)
            #expect(check.isOfKnownRecords)
            #expect(!full.isOfKnownRecords)
            #expect(check.isSound)
            #expect(check.recordCount == full.recordCount)
            #expect(check.liveKeyCount == full.liveKeyCount)
            #expect(check.structure.pageCount == full.structure.pageCount)
        }
    }

    @Test func aRecordThatDiffersIsCheckedItself() throws {
        try withTemporaryDirectory { directory in
            let source = try self.open("etcd-3.5/history.db")
            let known = try StorageCheck(of: source)
            // A create revision and a version that come from nowhere.
            let last = try source.lastRevision()
            let written = try self.write(source, in: directory) { image in
                image.filter = { (record, _) in
                    record.revision.isTombstone || record.revision.main < last - 20
                        ? .keep : .replace([0x0A, 1, UInt8(ascii: "k"), 0x10, 1, 0x18, 1, 0x20, 1])
                }
            }
            let check = try StorageCheck(of: written, comparedWith: source, checkedBy: known)
            #expect(!check.isOfKnownRecords)
            #expect(!check.isSound)
            #expect(check.findingCount == (try StorageCheck(of: written).findingCount))
        }
    }

    @Test func aRecordThatIsMissingIsMissed() throws {
        try withTemporaryDirectory { directory in
            let source = try self.open("etcd-3.5/history.db")
            let known = try StorageCheck(of: source)
            let last = try source.lastRevision()
            let written = try self.write(source, in: directory) { image in
                image.filter = { (record, _) in record.revision.main == last ? .drop : .keep }
            }
            let check = try StorageCheck(of: written, comparedWith: source, checkedBy: known)
            #expect(!check.isOfKnownRecords)
            #expect(check.recordCount < known.recordCount)
        }
    }

    @Test func theSameRecordsWithoutTheirLeasesAreCheckedThemselves() throws {
        try withTemporaryDirectory { directory in
            let source = try self.open("plain-etcd/auth-and-leases.db")
            let known = try StorageCheck(of: source)
            let written = try self.write(source, in: directory) { $0.smallBuckets[.lease] = .emptied }
            let check = try StorageCheck(of: written, comparedWith: source, checkedBy: known)
            #expect(!check.isOfKnownRecords)
            #expect(check.findings.map(\.reason) == (try StorageCheck(of: written).findings.map(\.reason)))
            #expect(!check.isSound)
        }
    }

    @Test func theSameRecordsWithAnotherCompactionAreCheckedThemselves() throws {
        try withTemporaryDirectory { directory in
            let source = try self.open("cluster-1.36/with-history.db")
            let known = try StorageCheck(of: source)
            let last = try source.lastRevision()
            let written = try self.write(source, in: directory) { image in
                image.smallBuckets[.meta] = .meta(
                    consistentIndex: 9,
                    term: 2,
                    scheduledCompaction: last,
                    finishedCompaction: last
                )
            }
            let check = try StorageCheck(of: written, comparedWith: source, checkedBy: known)
            #expect(!check.isOfKnownRecords)
            // Records that this compaction would have removed.
            #expect(!check.isSound)
        }
    }

    @Test(arguments: fixtures)
    func theKeysThatACheckFoundAreThoseThatAreRead(fixture: String) throws {
        let database = try self.open(fixture)
        let read = try database.keyspace()
        let found = try database.keyspace(foundBy: StorageCheck(of: database, keepsLiveKeys: true))
        #expect(found.revision == read.revision)
        #expect(found.currentRevision == read.currentRevision)
        #expect(found.lastRevision == read.lastRevision)
        #expect(found.compactRevision == read.compactRevision)
        #expect(found.totalKeys == read.totalKeys)
        #expect(found.count == read.count)
        for position in 0..<min(found.count, read.count) {
            #expect(found.bytes(of: found[position]) == read.bytes(of: read[position]))
            #expect(try found.metadata(of: found[position]) == read.metadata(of: read[position]))
            #expect(found[position].valueByteCount == read[position].valueByteCount)
            #expect(found[position].mayHaveLease == read[position].mayHaveLease)
        }
        #expect(try database.hashKV(of: found) == database.hashKV(of: read))
    }
}
