import EtcdMessages
import EtcdStore
import Foundation
import StoreTestSupport
import SystemPackage
import TestSupport
import Testing

@testable import EtcdStorage

/// The log of a killed member, damaged and rearranged, beside an etcd that is started with a copy of it.
///
/// Where etcd starts and all of the log is shown, the two have the same. Where etcd refuses to start, or not all is
/// shown, what is shown is a state that the member once had.
///
/// `REGISTREE_LOGS` says how many logs are tried with each release.
@Suite(.timeLimit(.minutes(60)))
struct ChangedLogTests {
    private static let count =
        ProcessInfo.processInfo.environment["REGISTREE_LOGS"].flatMap { Int($0) } ?? 8

    @Test(arguments: EtcdRelease.allCases)
    func showsWhatEtcdHasOrHad(release: EtcdRelease) async throws {
        let seed = TestSeed.draw(for: "changed logs of \(release)")
        var random = SeededGenerator(seed: seed)
        try await withTemporaryDirectory { directory in
            let killed = try await KilledMember(release, in: directory)
            let states = try killed.states()
            #expect(states.count > 10)
            var tally: [String: Int] = [:]
            for number in 0..<Self.count {
                let change = LogChange.allCases[number % LogChange.allCases.count]
                let segments = try change.apply(to: killed.log, using: &random)
                let comment: Comment = "log \(number), \(change), seed \(seed)"
                let outcome = try await killed.compare(segments, states, comment)
                tally["\(change): \(outcome)", default: 0] += 1
            }
            print(
                tally.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value) times" }.joined(separator: "\n")
            )
        }
    }
}

/// What is done to a log.
private enum LogChange: CaseIterable {
    case cut
    case flipped
    case zeroed
    case without
    case doubled
    case ofAnotherMember
    case replaced
    case rearranged

    func apply(to log: ReframedLog, using random: inout SeededGenerator) throws -> [HandMadeLog.Segment] {
        let cuts = (0..<2).map { _ in UInt64.random(in: 6...log.lastIndex, using: &random) }
        let inOne = Bool.random(using: &random)
        var segments = log.segments(cutAt: inOne ? [] : cuts)
        let chosen = segments.indices.randomElement(using: &random) ?? 0
        let place = segments[chosen].bytes.indices.randomElement(using: &random) ?? 0
        switch self {
        case .cut: segments[chosen].bytes.removeSubrange(place...)
        case .flipped: segments[chosen].bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case .zeroed:
            let start = place / 512 * 512
            let end = min(start + 512, segments[chosen].bytes.count)
            for offset in start..<end { segments[chosen].bytes[offset] = 0 }
        case .without:
            segments = log.segments(cutAt: cuts)
            segments.remove(at: Int.random(in: 0..<segments.count, using: &random))
        case .doubled:
            segments = log.segments(cutAt: cuts)
            let copy = segments[Int.random(in: 0..<segments.count, using: &random)]
            segments.insert(copy, at: Int.random(in: 0...segments.count, using: &random))
            segments.number()
        case .ofAnotherMember:
            segments = log.segments(cutAt: cuts)
            var other = log
            for index in other.records.indices
            where other.records[index].kind == WALRecordKind.metadata.rawValue {
                other.records[index].data[1] ^= 1
            }
            let others = other.segments(cutAt: cuts)
            let number = Int.random(in: 1..<segments.count, using: &random)
            segments[number] = others[number]
        case .replaced:
            var log = log
            let last = log.records.last { $0.position != nil }?.position ?? RaftPosition(term: 1, index: 1)
            let first = UInt64.random(in: 6...log.lastIndex, using: &random)
            for index in first...log.lastIndex + 2 {
                try log.append(aPutOf: "replaced", at: RaftPosition(term: last.term + 1, index: index))
            }
            segments = log.segments(cutAt: [])
        case .rearranged:
            segments = log.segments(cutAt: cuts)
            segments.shuffle(using: &random)
            segments.number()
        }
        return segments
    }
}

extension [HandMadeLog.Segment] {
    /// Names them by their places.
    fileprivate mutating func number() {
        let names = self.map(\.name.utf8.count)
        let indexes = self.map { $0.name.dropFirst(17).prefix(16) }.compactMap { UInt64($0, radix: 16) }
            .sorted()
        #expect(names.count == indexes.count)
        for place in self.indices {
            self[place].name = DataDirectoryName.segment(sequence: UInt64(place), index: indexes[place])
        }
    }
}

/// A state in short.
private struct State: Hashable {
    var revision: Int64
    var hash: UInt32
    var leases: [Int64]
}

/// A member that was killed while its log alone held what it was told.
private final class KilledMember {
    let log: ReframedLog
    private let plan: EtcdPlan
    private let directory: FilePath
    private var number = 0

    private static let logName = "member/wal"

    init(_ release: EtcdRelease, in directory: FilePath) async throws {
        var plan = EtcdPlan(release, in: directory.appending("etcd"))
        plan.extraArguments = [
            "--backend-batch-interval", "1h", "--heartbeat-interval", "20", "--election-timeout", "200",
        ]
        if release == .v35 { plan.extraArguments.append("--unsafe-no-fsync") }
        let member = plan.members[0]
        let database = member.dataDirectory.pushing("member/snap/db").string
        let first = directory.appending("first.db").string
        try await withRealEtcd(plan) { etcd in
            // Some requests have etcd write all of its database: this is the one before all of them.
            try FileManager.default.copyItem(atPath: database, toPath: first)
            try await Self.fill(etcd)
            etcd.kill(member)
        }
        try FileManager.default.removeItem(atPath: database)
        try FileManager.default.moveItem(atPath: first, toPath: database)
        self.plan = plan
        self.directory = directory
        let segments = member.dataDirectory.pushing(FilePath(Self.logName))
        let names = try FileManager.default.contentsOfDirectory(atPath: segments.string)
        let name = try #require(names.first { $0.hasSuffix(".wal") })
        let text = try Data(contentsOf: URL(filePath: segments.appending(name).string))
        self.log = try ReframedLog(reading: [UInt8](text))
        try FileManager.default.removeItem(atPath: segments.string)
        try FileManager.default.createDirectory(atPath: segments.string, withIntermediateDirectories: false)
    }

    private static func fill(_ etcd: RealEtcd) async throws {
        for number in 1...4 { try await etcd.etcdctl("put", "k\(number)", "v\(number)") }
        let lease = try await etcd.etcdctl("lease", "grant", "90000").output.split(separator: " ")[1]
        let other = try await etcd.etcdctl("lease", "grant", "80000").output.split(separator: " ")[1]
        try await etcd.etcdctl("put", "--lease", String(lease), "leased", "1")
        try await etcd.etcdctl("put", "--lease", String(other), "k2", "leased")
        try await etcd.etcdctl("del", "k1")
        try await etcd.etcdctl("put", "k1", "again")
        try await etcd.etcdctl("txn", input: "mod(\"k3\") > \"0\"\n\nput t 1\ndel k3\n\nput f 1\n\n")
        try await etcd.etcdctl("compact", "5")
        try await etcd.etcdctl("user", "add", "u:pw")
        try await etcd.etcdctl("role", "add", "r")
        try await etcd.etcdctl("user", "grant-role", "u", "r")
        try await etcd.etcdctl("lease", "revoke", String(lease))
        try await etcd.etcdctl("put", "k4", "last")
        try await etcd.etcdctl("del", "k", "--prefix")
        try await etcd.etcdctl("put", "end", "1")
    }

    /// A copy of the directory, with another log.
    private func copy(with segments: [HandMadeLog.Segment]) throws -> FilePath {
        self.number += 1
        let copy = self.directory.appending("copy\(self.number)")
        try FileManager.default.copyItem(
            atPath: self.plan.members[0].dataDirectory.string,
            toPath: copy.string
        )
        let log = copy.pushing(FilePath(Self.logName))
        for segment in segments {
            try Data(segment.bytes).write(to: URL(filePath: log.appending(segment.name).string))
        }
        return copy
    }

    private func remove(_ copy: FilePath) { try? FileManager.default.removeItem(atPath: copy.string) }

    /// What is shown of a directory, and whether anything is said against it.
    private func read(_ directory: FilePath) throws -> (store: Store, isWhole: Bool) {
        let database = try EtcdDatabase(path: directory.string)
        let (log, entries) = try #require(try database.memberLogAndEntries())
        let isWhole = log.problems.allSatisfy { if case .cut = $0 { true } else { false } }
        guard let entries else { return (try Store(source: database, identity: .alone, now: 0), false) }
        let plan = ReplayPlan(entries, on: try StoreFacts(reading: database))
        guard !plan.indexes.isEmpty else {
            let store = try Store(source: database, identity: .alone, now: 0)
            return (store, isWhole && plan.obstacle == nil)
        }
        let member = try ReplayedMember(plan, of: entries, over: database) { _ in "hash" }
        return (member.store, isWhole && member.outcome.stop == nil)
    }

    private func state(of store: Store) throws -> State {
        State(
            revision: store.revision,
            hash: try store.overlay.hashKV(),
            leases: store.leases.map(\.id)
        )
    }

    /// The states after each of the log's records.
    func states() throws -> Set<State> {
        var states: Set<State> = []
        for count in 0...self.log.records.count {
            var log = self.log
            log.records.removeSubrange(count...)
            let copy = try self.copy(with: log.segments())
            states.insert(try self.state(of: self.read(copy).store))
            self.remove(copy)
        }
        return states
    }

    /// Compares what is shown of a log with what etcd has that starts with it.
    ///
    /// - Returns: In a few words, what the two did.
    func compare(
        _ segments: [HandMadeLog.Segment],
        _ states: Set<State>,
        _ comment: Comment
    ) async throws -> String {
        let copy = try self.copy(with: segments)
        defer { self.remove(copy) }
        let (store, isWhole) = try self.read(copy)
        let started = try self.copy(with: segments)
        defer { self.remove(started) }
        var plan = self.plan
        plan.members[0].dataDirectory = started
        plan.waitsForHealth = false
        let isStarted = try await withRealEtcd(plan) { etcd in
            do { try await etcd.waitUntilHealthy() } catch {
                #expect("\(error)".contains("ended with"), comment)
                return false
            }
            if isWhole {
                try await withAnsweringEtcd(etcd) { try await expectSame(store, $0, comment) }
            }
            return true
        }
        if !isStarted || !isWhole { #expect(states.contains(try self.state(of: store)), comment) }
        return "\(isStarted ? "etcd starts" : "etcd refuses"), \(isWhole ? "all" : "a part") is shown"
    }
}
