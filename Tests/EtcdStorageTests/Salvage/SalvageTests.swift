import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Bolt
@testable import EtcdStorage

/// What can be read of a damaged snapshot comes back, and what comes back is sound and true.
///
/// By default a seeded sample is tried; with `REGISTREE_DAMAGE=all` in the environment 200 files for each number of
/// damaged pages, and the figures are printed.
struct SalvageTests {
    static let snapshots = [
        "cluster-1.36/with-history.db", "cluster-1.36/compacted.db", "etcd-3.4/history.db",
        "etcd-3.5/history.db",
        "plain-etcd/auth-and-leases.db",
    ]
    static let tries = DamageTests.triesEverything ? 200 : 4

    @Test(arguments: snapshots, [1, 2, 5, 20])
    func everyRecordOnAnUntouchedLeafComesBack(name: String, damagedCount: Int) throws {
        let trial = try Trial(name)
        var random = SeededGenerator(for: "\(damagedCount) damaged pages of \(name)")
        var figures = Figures()
        try withTemporaryDirectory { directory in
            for attempt in 0..<Self.tries {
                let kind = PageDamage.allCases[attempt % 2]
                let pages = (0..<damagedCount).map { _ in
                    Int.random(in: 0..<trial.truth.pageCount, using: &random)
                }
                guard let report = try self.damage(pages, kind, trial, in: directory, &random) else {
                    continue
                }
                let untouched = trial.truth.untouched(by: Set(pages))
                figures.add(report, untouched: untouched.count, all: trial.truth.records.count)
            }
        }
        print("\(name), \(damagedCount) pages: \(figures)")
    }

    /// What is left of bucket `meta` is from before a compaction, which removed what a free page still has.
    @Test func anOutdatedCompactionIsNotBelieved() throws {
        let trial = try Trial("etcd-3.5/history.db")
        let pages = [2, 4, 6, 7, 9, 12, 13, 19, 20, 23, 24, 26, 28, 30, 35, 37]
        var random = SeededGenerator(for: "pages that hold the newest metadata")
        try withTemporaryDirectory { directory in
            let damaged = try self.damage(pages, .overwritten, trial, in: directory, &random)
            let report = try #require(damaged)
            #expect(report.outdatedBuckets.contains(.meta))
            #expect(report.sourceCompactRevision == nil)
        }
    }

    /// A snapshot that is damaged, and what is true of it.
    private struct Trial {
        let original: EtcdDatabase
        let bytes: [UInt8]
        let truth: PagedRecords

        init(_ name: String) throws {
            self.original = try openFixture(name)
            self.bytes = Array(try fixtureData(name))
            self.truth = try PagedRecords(of: self.original)
        }
    }

    /// Damages pages and compares what is salvaged with the truth.
    ///
    /// - Returns: nil when nothing was salvaged.
    private func damage(
        _ pages: [Int],
        _ kind: PageDamage,
        _ trial: Trial,
        in directory: FilePath,
        _ random: inout SeededGenerator
    ) throws -> SalvageReport? {
        let truth = trial.truth
        var damaged = trial.bytes
        for page in pages {
            let start = page * truth.pageSize
            damaged.replaceSubrange(
                start..<start + truth.pageSize,
                with: kind.bytes(count: truth.pageSize, &random)
            )
        }
        let comment = Comment(rawValue: "\(kind) \(Set(pages).sorted())")
        let untouched = truth.untouched(by: Set(pages))
        guard let (report, database) = try salvage(damaged, in: directory) else {
            #expect(untouched.isEmpty, comment)
            return nil
        }
        try expectSound(database, report, comment)
        let saved = Set(try PagedRecords(of: database).records)
        let unprovable = truth.unprovable(with: Set(pages))
        try expectSaved(untouched, saved: saved, unprovable, report, comment)
        let new = saved.subtracting(truth.records).filter { !unprovable.contains($0.revision) }
        expectNothingNew(new, report, comment)
        try expectTrue(database, report, like: trial.original, comment)
        return report
    }

    /// Whatever the bytes say, reading them ends, and what is written is sound.
    @Test(arguments: ["etcd-3.4/history.db", "plain-etcd/auth-and-leases.db"])
    func noChangedByteLeadsAstray(name: String) throws {
        let bytes = Array(try fixtureData(name))
        let pageSize = 4096
        var random = SeededGenerator(for: "changed bytes of \(name)")
        try withTemporaryDirectory { directory in
            for attempt in 0..<Self.tries * 25 {
                var damaged = bytes
                for _ in 0..<Int.random(in: 1...40, using: &random) {
                    let page = Int.random(in: 0..<bytes.count / pageSize, using: &random)
                    // Headers and element tables more often than what they speak of.
                    let depth = [16, 128, pageSize].randomElement(using: &random) ?? pageSize
                    let offset = page * pageSize + Int.random(in: 0..<depth, using: &random)
                    damaged[offset] =
                        [0, 1, 2, 0xFF, UInt8.random(in: 0...255, using: &random)]
                        .randomElement(using: &random) ?? 0
                }
                guard let (report, database) = try salvage(damaged, in: directory) else { continue }
                try self.expectSound(database, report, Comment(rawValue: "attempt \(attempt)"))
            }
        }
    }

    private func expectSound(
        _ database: EtcdDatabase,
        _ report: SalvageReport,
        _ comment: Comment
    ) throws {
        let check = try StorageCheck(of: database)
        #expect(check.structure.findings == [], comment)
        #expect(check.findings == [], comment)
        #expect(check.recordCount == report.recordCount, comment)
        #expect(check.liveKeyCount == report.keyCount, comment)
        #expect(try database.checkDigest(), comment)
    }

    /// Every untouched record is there, but for older states of keys whose history breaks after them; of an unprovable
    /// one its revision at least.
    private func expectSaved(
        _ untouched: [PlainRecord],
        saved: Set<PlainRecord>,
        _ unprovable: Set<RevisionKey>,
        _ report: SalvageReport,
        _ comment: Comment
    ) throws {
        let provenByRevision = unprovable.intersection(saved.map(\.revision))
        let absent = untouched.filter { !saved.contains($0) && !provenByRevision.contains($0.revision) }
        #expect(absent.count <= report.hiddenRecordCount, comment)
        let newest = Dictionary(saved.map { ($0.key, $0.revision.main) }, uniquingKeysWith: max)
        for record in absent {
            #expect(record.revision.main < report.compactRevision, comment)
            #expect(newest[record.key] ?? 0 > record.revision.main, comment)
        }
    }

    /// Nothing is made up: what the sound tree does not have was compacted, and a free page still had it.
    private func expectNothingNew(_ new: Set<PlainRecord>, _ report: SalvageReport, _ comment: Comment) {
        for record in new { #expect(record.revision.main <= report.sourceCompactRevision ?? .max, comment) }
    }

    /// Every key that is shown, but those that are named as uncertain, is what it was.
    private func expectTrue(
        _ database: EtcdDatabase,
        _ report: SalvageReport,
        like original: EtcdDatabase,
        _ comment: Comment
    ) throws {
        guard report.uncertainKeys.names.count == report.uncertainKeys.count else { return }
        let uncertain = Set(report.uncertainKeys.names)
        let salvaged = try database.keyspace()
        // Older than the source's compact revision nothing can be compared with.
        let revision = max(report.revision, try StoreFacts(reading: original).compactRevision)
        let truth = try original.keyspace(at: report.mayLackNewest ? revision : nil)
        let records = Dictionary(
            uniqueKeysWithValues: try truth.recorded(withValues: false).map { (Array($0.key), $0) }
        )
        for key in try salvaged.recorded(withValues: false) where !uncertain.contains(Array(key.key)) {
            #expect(records[Array(key.key)] == key, comment)
        }
    }
}

/// What a campaign came to.
private struct Figures: CustomStringConvertible {
    private var files = 0
    private var (untouched, all, saved, hidden, keys, broken, uncertain) = (0, 0, 0, 0, 0, 0, 0)

    mutating func add(_ report: SalvageReport, untouched: Int, all: Int) {
        self.files += 1
        self.untouched += untouched
        self.all += all
        self.saved += report.recordCount
        self.hidden += report.hiddenRecordCount
        self.keys += report.keyCount
        self.broken += report.brokenKeys.count
        self.uncertain += report.uncertainKeys.count
    }

    var description: String {
        "\(self.files) files salvaged; of \(self.all) records \(self.untouched) on untouched leaves, "
            + "\(self.saved) saved, \(self.hidden) older ones left out; \(self.keys) live keys, "
            + "\(self.broken) with a gap, \(self.uncertain) uncertain"
    }
}
