import EtcdMessages
import EtcdRPC
import EtcdStore
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// What a member's log tells of changes that its database has compacted away, beside what etcd itself told of them
/// before.
///
/// `REGISTREE_SEED` has other requests sent. Where many in a row name outdated revisions, what is told of them can be wrong.
struct OlderChangesTests {
    private static let seed = TestSeed.given ?? 20_261_130

    private static let requestCount =
        ProcessInfo.processInfo.environment["REGISTREE_RANDOM_REQUESTS"].flatMap { Int($0) } ?? 1500

    @Test func areThoseOfAPIServersToTheLast() async throws {
        let seed = Self.seed
        try await withCompactedMember { ask in
            var load = RegistryLoad(seed: seed)
            for _ in 0..<Self.requestCount {
                let step = load.next()
                load.note(try await ask(step.request), to: step)
            }
        } check: { member in
            let whole = try member.history(from: 1)
            try member.expectTruth(in: whole, "seed \(seed), whole log")
            #expect(whole.firstRevision == 2)
            #expect(whole.uncertainCount == 0, "seed \(seed)")

            var random = SeededGenerator(seed: seed)
            for _ in 0..<12 {
                let first = UInt64.random(in: 10..<UInt64(Self.requestCount / 2), using: &random)
                let comment: Comment = "seed \(seed), log from entry \(first)"
                let history = try member.history(from: first)
                try member.expectTruth(in: history, comment)
                #expect(history.loggedCount > 100, comment)
                #expect(history.uncertainCount * 20 < history.loggedCount, comment)
            }
        }
    }

    @Test func areNeverWrongWhateverIsAsked() async throws {
        let seed = Self.seed
        try await withCompactedMember { ask in
            var requests = RandomRequests(seed: seed)
            requests.compactions = 0
            for _ in 0..<Self.requestCount {
                _ = try await ask(requests.next())
                requests.revision += 1
            }
        } check: { member in
            try member.expectTruth(in: try member.history(from: 1), "seed \(seed), whole log")
            var random = SeededGenerator(seed: seed)
            for _ in 0..<12 {
                let first = UInt64.random(in: 10..<UInt64(Self.requestCount / 2), using: &random)
                try member.expectTruth(
                    in: try member.history(from: first),
                    "seed \(seed), log from entry \(first)"
                )
            }
        }
    }
}

/// A stopped member that was compacted, and what it told before.
private struct CompactedMember {
    let directory: FilePath
    let log: RaftLog
    let events: [Mvccpb_Event]
    let compactRevision: Int64

    /// The member's history, as if its log began with an entry.
    func history(from first: UInt64) throws -> RevisionHistory {
        var log = HandMadeLog(index: first - 1)
        let before = self.log.entries.first { $0.index == first - 1 }
        log.snapshot(first - 1, term: before?.term ?? 0)
        for entry in self.log.entries where entry.index >= first {
            try log.entry(
                entry.index,
                term: entry.term,
                kind: UInt64(entry.type.rawValue),
                [UInt8](entry.data)
            )
        }
        log.state(term: self.log.state.term, commit: self.log.state.commit)
        let path = self.directory.appending("log-\(first)")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        for segment in log.segments {
            let file = path.appending(segment.name).string
            try Data(segment.bytes).write(to: URL(fileURLWithPath: file))
        }
        let database = try EtcdDatabase(path: self.directory.appending("member/snap/db").string)
        let entries = try #require(try LogEntries(inLogAt: path.string))
        #expect(entries.damage == nil)
        let history = try RevisionHistory(of: database)
        #expect(history.compactRevision == self.compactRevision)
        return try history.adding(
            olderChangesIn: entries,
            of: try StoreFacts(reading: database),
            at: history.revision,
            in: self.directory.string
        )
    }

    private struct Place: Hashable {
        var key: Data
        var revision: Int64
    }

    /// Expects that what is certain was so, and that nothing is left out.
    func expectTruth(in history: RevisionHistory, _ comment: Comment) throws {
        var told: Set<Place> = []
        var doubtful: [Data: [Int64]] = [:]
        let truth = Dictionary(grouping: self.events) {
            Place(key: $0.kv.key, revision: $0.kv.modRevision)
        }
        for position in 0..<history.count {
            let change = history[position]
            let place = Place(
                key: Data(history.lastStates.bytes(of: change.key)),
                revision: change.revision.main
            )
            guard !change.isUncertain else {
                doubtful[place.key, default: []].append(place.revision)
                continue
            }
            told.insert(place)
            let comment: Comment = "\(comment): \(place.key.text) at \(place.revision)"
            let events = try #require(truth[place], comment)
            // With transactions within a transaction, etcd may change a key twice at one revision.
            guard events.count == 1, let event = events.first else { continue }
            #expect((event.type == .delete) == change.isDeletion, comment)
            guard !change.isDeletion else { continue }
            try history.lastStates.withRecord(of: change.key) { state, value in
                #expect(Data(value.withUnsafeBytes { Array($0) }) == event.kv.value, comment)
                #expect(state.lease == event.kv.lease, comment)
                #expect(state.version == 0 || state.version == event.kv.version, comment)
                #expect(state.createRevision == 0 || state.createRevision == event.kv.createRevision, comment)
            }
            if let before = history.state(before: change) {
                let last = self.events.last { $0.kv.key == place.key && $0.kv.modRevision < place.revision }
                #expect(last?.kv.modRevision == before.revision.main, comment)
            }
        }
        for (place, events) in truth where place.revision >= history.firstRevision {
            if told.contains(place) { continue }
            let isThere = doubtful[place.key]?.contains { $0 <= place.revision } == true
            // Of a range or a lease it is not known which keys were deleted with it that the log does not name.
            #expect(
                isThere || events.contains { $0.type == .delete },
                "\(comment): \(place.key.text) at \(place.revision)"
            )
        }
    }
}

extension Data {
    fileprivate var text: String { String(decoding: self, as: UTF8.self) }
}

/// Runs `load` against a real etcd, compacts it at three quarters of its revisions, stops it, and hands out what is left.
private func withCompactedMember(
    _ load: (_ ask: (StoreRequest) async throws -> StoreAnswer) async throws -> Void,
    check: (CompactedMember) throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        var plan = EtcdPlan(.v35, in: directory.appending("etcd"))
        plan.extraArguments = ["--unsafe-no-fsync"]
        try await withRealEtcd(plan) { etcd in
            let (events, compacted) = try await withAnsweringEtcd(etcd) { api in
                try await load { try await api.answer($0) }
                let kv = Etcdserverpb_KV.Client(wrapping: api.grpc)
                let newest = try await kv.range(.with { $0.key = Data([0]) }).header.revision
                let events = try await api.events(
                    from: 2,
                    through: newest,
                    .with { ($0.key, $0.rangeEnd) = (Data([0]), Data([0])) }
                )
                let compacted = newest * 3 / 4
                _ = try await kv.compact(.with { ($0.revision, $0.physical) = (compacted, true) })
                return (events, compacted)
            }
            try await etcd.stop()
            let member = CompactedMember(
                directory: plan.members[0].dataDirectory,
                log: try RaftLog(of: plan.members[0]),
                events: events,
                compactRevision: compacted
            )
            try check(member)
        }
    }
}
