import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Bolt
@testable import EtcdStorage

/// Damage of which it is known by construction what is lost, and what must not come back.
struct HandMadeDamageTests {
    /// A database of 200 changes, each of a key of its own but for those of `changes`, by their revisions from 2.
    private struct Made {
        var records: [[UInt8]: [UInt8]] = [:]
        var compactRevision: Int64 = 0
        /// Whether everything is removed that the compaction takes away.
        var isCompactionFinished = true
        var leases: [Int64] = []

        static let last: Int64 = 201

        init(changes: [Int64: [UInt8]] = [:], without lost: Set<Int64> = []) {
            for revision in 2...Self.last where !lost.contains(revision) {
                self.records[RevisionKey(main: revision, sub: 0).bytes] =
                    changes[revision] ?? put("k\(revision)", create: revision, mod: revision, version: 1)
            }
        }

        /// The bytes of the file, and its records by their pages.
        func write(in directory: FilePath) throws -> (bytes: [UInt8], truth: PagedRecords) {
            let path = directory.appending("made.db").string
            var meta = [MetaKey.consistentIndex.bytes: bigEndianBytes(9)]
            if self.compactRevision > 0 {
                let name = self.isCompactionFinished ? MetaKey.finishedCompaction : .scheduledCompaction
                meta[name.bytes] = RevisionKey(main: self.compactRevision, sub: 0).bytes
            }
            var leases: [[UInt8]: [UInt8]] = [:]
            for id in self.leases { leases[Lease(id: id, ttl: 60).key] = Lease(id: id, ttl: 60).message }
            let database = try makeDatabase(
                [
                    BucketName.key.bytes: self.records, BucketName.meta.bytes: meta,
                    BucketName.lease.bytes: leases,
                ],
                at: path
            )
            let truth = try PagedRecords(of: database)
            try FileManager.default.removeItem(atPath: path)
            return (database.bolt.file.bytes(in: 0..<database.bolt.file.byteCount), truth)
        }
    }

    /// Salvages a made database after `damage`, and checks that the result is sound.
    private func salvaged(
        _ made: Made,
        _ damage: (inout [UInt8], PagedRecords) throws -> Void
    ) throws -> (report: SalvageReport, records: [PlainRecord]) {
        try withTemporaryDirectory { directory in
            var (bytes, truth) = try made.write(in: directory)
            try damage(&bytes, truth)
            let (report, database) = try #require(try salvage(bytes, in: directory))
            #expect(try StorageCheck(of: database).isSound)
            return (report, try PagedRecords(of: database).records)
        }
    }

    private func keys(_ records: [PlainRecord]) -> Set<String> {
        Set(records.map { String(decoding: $0.key, as: UTF8.self) })
    }

    @Test func aSoundFileComesBackWhole() throws {
        let (report, records) = try self.salvaged(Made()) { _, _ in }
        #expect(report.origin == .newestState)
        #expect(records.count == 200)
        #expect((report.revision, report.compactRevision, report.lostPageCount) == (201, 0, 0))
        #expect(report.uncertainKeys.count == 0)
    }

    @Test func aLostLeafTakesItsRecordsAndNoOthers() throws {
        var lost: [PlainRecord] = []
        let (report, records) = try self.salvaged(Made()) { bytes, truth in
            lost = truth.leaves[3].records
            zero(truth.leaves[3].pages.lowerBound, in: &bytes)
        }
        let last = try #require(lost.last).revision.main
        #expect(records.count == 200 - lost.count)
        #expect(report.lostPageCount == 1)
        #expect(report.missingRevisions.count == lost.count)
        #expect(report.missingRevisions.ranges == [lost[0].revision.main...last])
        #expect(report.compactRevision == last + 1)
        // What was written before may have been deleted meanwhile.
        #expect(report.uncertainKeys.count == Int(lost[0].revision.main) - 2)
        #expect(!report.mayLackNewest)
    }

    @Test func withoutTheirBranchAllLeavesComeBack() throws {
        let (report, records) = try self.salvaged(Made()) { bytes, truth in
            let branch = try #require(branchPages(of: bytes, truth).first)
            zero(branch, in: &bytes)
        }
        #expect(records.count == 200)
        #expect((report.revision, report.compactRevision) == (201, 0))
        #expect(report.unnamedPageCount > 3)
        #expect(report.missingRevisions.count == 0)
    }

    /// Every reference of a branch in turn leads back to the branch itself, to a meta page, or beyond the file.
    @Test(arguments: [nil, 0, 1 << 40] as [UInt64?])
    func aBranchThatLeadsAstrayLosesNoLeaf(target: UInt64?) throws {
        let (report, records) = try self.salvaged(Made()) { bytes, truth in
            let branch = try #require(branchPages(of: bytes, truth).first)
            let start = branch * truth.pageSize + PageHeader.byteCount
            for element in [0, 2] {
                let child = start + element * BranchElement.byteCount + 8
                bytes.replaceSubrange(child..<child + 8, with: littleEndian(target ?? UInt64(branch)))
            }
        }
        #expect(records.count == 200)
        #expect(report.lostPageCount == 2)
        #expect(report.unnamedPageCount == 2)
    }

    @Test func withoutMetaPagesAndRootTheRecordsComeBack() throws {
        let (report, records) = try self.salvaged(Made()) { bytes, truth in
            zero(0, in: &bytes)
            zero(1, in: &bytes)
            zero(truth.pageCount - 1, in: &bytes)
        }
        #expect(records.count == 200)
        #expect(report.sourceCompactRevision == nil)
        #expect(report.mayLackNewest)
        #expect(report.damagedBuckets.contains(.meta))
    }

    /// A free page holds a record that was compacted since; a sound leaf spans its revision without it.
    @Test(arguments: [false, true])
    func whatWasCompactedDoesNotComeBack(losesBranch: Bool) throws {
        let compacted: Int64 = 85
        var made = Made(without: [compacted])
        made.compactRevision = Made.last
        let (report, records) = try self.salvaged(made) { bytes, truth in
            let spanning = try #require(
                truth.leaves.firstIndex { leaf in
                    leaf.records[0].revision.main < compacted
                        && leaf.records[leaf.records.count - 1].revision.main > compacted
                }
            )
            zero(truth.leaves[spanning == 1 ? 2 : 1].pages.lowerBound, in: &bytes)
            if losesBranch { zero(try #require(branchPages(of: bytes, truth).first), in: &bytes) }
            appendLeaf(
                (compacted - 1...compacted + 1).map { revision in
                    let message = put("k\(revision)", create: revision, mod: revision, version: 1)
                    return (RevisionKey(main: revision, sub: 0).bytes, message)
                },
                to: &bytes
            )
        }
        #expect(!self.keys(records).contains("k85"))
        #expect(self.keys(records).contains("k84"))
        // Where the branch is lost, nothing tells an old copy of a leaf from the leaf.
        #expect(report.uncertainKeys.count == (losesBranch ? records.count : 0))
    }

    /// A page that nothing names has another value for one change of a leaf that is there.
    @Test(arguments: [false, true])
    func copiesThatDifferAreTold(losesBranch: Bool) throws {
        let (report, records) = try self.salvaged(Made()) { bytes, truth in
            zero(truth.leaves[1].pages.lowerBound, in: &bytes)
            if losesBranch { zero(try #require(branchPages(of: bytes, truth).first), in: &bytes) }
            appendLeaf(
                (150...152 as ClosedRange<Int64>).map { revision in
                    var message = put("k\(revision)", create: revision, mod: revision, version: 1)
                    if revision == 151 { message[message.count - 1] = UInt8(ascii: "w") }
                    return (RevisionKey(main: revision, sub: 0).bytes, message)
                },
                to: &bytes
            )
        }
        #expect(report.contradictedRevisions.ranges == [151...151])
        #expect(records.count { $0.revision.main == 151 } == 1)
    }

    @Test func aKeyWithAGapIsNamedAndItsOlderStatesAreNotShown() throws {
        let made = Made(changes: [
            5: put("x", create: 5, mod: 5, version: 1),
            100: put("x", create: 5, mod: 100, version: 2),
            190: put("x", create: 5, mod: 190, version: 3),
            191: put("y", create: 191, mod: 191, version: 1),
        ])
        let (report, records) = try self.salvaged(made) { bytes, truth in
            let leaf = try #require(
                truth.leaves.first { leaf in leaf.records.contains { $0.revision.main == 100 } }
            )
            zero(leaf.pages.lowerBound, in: &bytes)
        }
        #expect(report.brokenKeys.names == [Array("x".utf8)])
        #expect(report.compactRevision == 190)
        #expect(report.hiddenRecordCount == 1)
        #expect(records.filter { $0.key == Array("x".utf8) }.map(\.revision.main) == [190])
    }

    /// A record of which the value is damaged is lost alone.
    @Test func aDamagedRecordOnASoundPageIsLostAlone() throws {
        let (report, records) = try self.salvaged(Made()) { bytes, _ in
            let message = put("k77", create: 77, mod: 77, version: 1)
            let start = try #require(bytes.firstRange(of: message)).lowerBound
            bytes[start] = 0xFF
        }
        #expect(records.count == 199)
        #expect(report.damagedRecordCount == 1)
        #expect(report.missingRevisions.ranges == [77...77])
    }

    /// Of a key's old changes the last one may be on the lost leaf, unless a finished compaction has removed all others.
    @Test(arguments: [(201, true), (201, false), (nil, true)] as [(Int64?, Bool)])
    func aKeyIsCertainOnlyWhereNoLaterChangeCanBeLost(compactRevision: Int64?, isFinished: Bool) throws {
        var made = Made()
        made.compactRevision = compactRevision ?? 0
        made.isCompactionFinished = isFinished
        var lost: [PlainRecord] = []
        let (report, _) = try self.salvaged(made) { bytes, truth in
            lost = truth.leaves[3].records
            zero(truth.leaves[3].pages.lowerBound, in: &bytes)
            // Without bucket `meta` no compaction is known.
            guard compactRevision == nil else { return }
            let index = try #require(bytes.firstRange(of: MetaKey.consistentIndex.bytes)).lowerBound
            bytes[index] = 0
        }
        let isCertain = compactRevision != nil && isFinished
        #expect(report.uncertainKeys.count == (isCertain ? 0 : Int(lost[0].revision.main) - 2))
        #expect((report.sourceCompactRevision == nil) == (compactRevision == nil))
    }

    /// A free page tells of no compaction or of an earlier one, and what tells of the last one is lost.
    @Test(arguments: [0, 60, 160] as [Int64])
    func anOlderCopyOfTheMetadataDoesNotTellOfTheLastCompaction(told: Int64) throws {
        // Of key `x` an old leaf still has a change that every compaction has removed.
        var made = Made(
            changes: [
                5: put("x", create: 5, mod: 5, version: 1), 7: put("x", create: 5, mod: 7, version: 2),
            ],
            without: Set(90...100)
        )
        made.compactRevision = 150
        var before = Made()
        before.compactRevision = told
        let (report, records) = try self.salvaged(made) { bytes, truth in
            for page in [0, 1, truth.pageCount - 1] { zero(page, in: &bytes) }
            let (older, paged) = try withTemporaryDirectory { try before.write(in: $0) }
            let root = older[(paged.pageCount - 1) * 4096..<paged.pageCount * 4096]
            append(page: Array(root), to: &bytes)
        }
        #expect(report.outdatedBuckets.contains(.meta))
        #expect(report.sourceCompactRevision == nil)
        #expect(report.compactRevision == max(101, told))
        #expect(report.missingRevisions.count == 0)
        #expect(report.brokenKeys.count == 0)
        #expect(records.count == 189)
    }

    /// Without what was asked for last, a compaction that is done need not be the last one.
    @Test func aCompactionThatIsDoneMayNotBeTheLast() throws {
        var made = Made(without: Set(90...100))
        made.compactRevision = 60
        let (report, _) = try self.salvaged(made) { bytes, _ in
            let index = try #require(bytes.firstRange(of: MetaKey.consistentIndex.bytes)).lowerBound
            bytes[index] = 0
        }
        #expect(report.damagedBuckets == [.meta])
        #expect(report.sourceCompactRevision == nil)
        #expect(report.compactRevision == 101)
        #expect(report.missingRevisions.count == 0)
    }

    /// Behind the last record that can be read there is one that cannot.
    @Test func aDamagedLastRecordIsTheNewestChange() throws {
        for separatorToo in [false, true] {
            let (report, records) = try self.salvaged(Made()) { bytes, _ in
                let message = put("k201", create: 201, mod: 201, version: 1)
                let start = try #require(bytes.firstRange(of: message)).lowerBound
                bytes[start] = 0xFF
                if separatorToo { bytes[start - 9] = 0xFF }
            }
            #expect(records.count == 199)
            #expect(report.revision == 200)
            #expect(report.mayLackNewest)
        }
    }

    /// A transaction of three operations, of which one cannot be read, is no state.
    @Test(arguments: [0, 1, 2] as [Int64], [false, true])
    func aTransactionWithoutOneOfItsOperationsIsNotShown(operation: Int64, separatorToo: Bool) throws {
        var made = Made()
        for sub in [1, 2] as [Int64] {
            made.records[RevisionKey(main: 77, sub: sub).bytes] =
                put("x\(sub)", create: 77, mod: 77, version: 1)
        }
        let (report, records) = try self.salvaged(made) { bytes, _ in
            let name = operation == 0 ? "k77" : "x\(operation)"
            let message = put(name, create: 77, mod: 77, version: 1)
            let start = try #require(bytes.firstRange(of: message)).lowerBound
            bytes[start] = 0xFF
            if separatorToo { bytes[start - 9] = 0xFF }
        }
        #expect(records.count == 201)
        #expect(report.missingRevisions.ranges == [77...77])
        #expect(report.compactRevision == 77)
        #expect(report.uncertainKeys.count == 75)
        #expect(!report.mayLackNewest)
    }

    @Test func aLostLeaseOfALiveKeyBeginsAnew() throws {
        var made = Made(changes: [50: put("x", create: 50, mod: 50, version: 1, lease: 7)])
        made.leases = [8]
        let (report, records) = try self.salvaged(made) { _, _ in }
        #expect(records.count == 200)
        #expect(report.renewedLeaseCount == 1)
        made.leases = [7]
        #expect(try self.salvaged(made) { _, _ in }.report.renewedLeaseCount == 0)
    }

    @Test func ofNothingNothingIsMade() throws {
        try withTemporaryDirectory { directory in
            let (bytes, truth) = try Made().write(in: directory)
            var zeroed = bytes
            for page in 2..<truth.pageCount { zero(page, in: &zeroed) }
            #expect(try salvage(zeroed, in: directory) == nil)
            #expect(try salvage([], in: directory) == nil)
            #expect(try salvage(Array(repeating: 0xFF, count: 40_960), in: directory) == nil)
        }
    }
}

/// A put as etcd writes it, with a value of 100 bytes.
private func put(_ key: String, create: Int64, mod: Int64, version: Int64, lease: Int64 = 0) -> [UInt8] {
    var bytes: [UInt8] = [0x0A, UInt8(key.utf8.count)] + Array(key.utf8)
    for (tag, number) in [(0x10, create), (0x18, mod), (0x20, version)] as [(UInt8, Int64)] {
        bytes += [tag] + varint(number)
    }
    bytes += [0x2A, 100] + Array(repeating: UInt8(ascii: "v"), count: 100)
    return lease == 0 ? bytes : bytes + [0x30] + varint(lease)
}

private func varint(_ number: Int64) -> [UInt8] {
    number < 0x80 ? [UInt8(number)] : [UInt8(number & 0x7F) | 0x80] + varint(number >> 7)
}

private func littleEndian(_ number: UInt64) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
}

private func zero(_ page: Int, in bytes: inout [UInt8]) {
    let start = page * 4096
    bytes.replaceSubrange(start..<start + 4096, with: Array(repeating: 0, count: 4096))
}

/// The pages that say they are branches.
private func branchPages(of bytes: [UInt8], _ truth: PagedRecords) -> [Int] {
    (2..<truth.pageCount).filter { bytes[$0 * truth.pageSize + 8] == PageHeader.Kind.branch.rawValue }
}

/// Adds a page behind all others that holds records and that nothing names.
private func appendLeaf(_ records: [(key: [UInt8], message: [UInt8])], to bytes: inout [UInt8]) {
    var leaf = LeafBuilder()
    for record in records {
        leaf.append(flags: 0, key: record.key.span.bytes, value: record.message.span.bytes)
    }
    var page: [UInt8] = []
    leaf.writeInline(to: &page)
    append(page: page + Array(repeating: 0, count: 4096 - page.count), to: &bytes)
}

/// Adds a page behind all others.
private func append(page: [UInt8], to bytes: inout [UInt8]) {
    var page = page
    page.replaceSubrange(0..<8, with: littleEndian(UInt64(bytes.count / 4096)))
    bytes += page
}
