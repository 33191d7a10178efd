import EtcdMessages
import FoundationEssentials
import ProtobufWire
import SwiftProtobuf

@testable import Bolt
@testable import EtcdStorage
@testable import EtcdStore
@testable import Files

/// The target of a member's write-ahead log.
extension FuzzRun {
    /// Indexes follow each other, terms never fall; a log that is cut anywhere is read as one that was cut before the
    /// record there, and holds a beginning of the whole unless entries were replaced; what is made of log and database
    /// is sound, and the same once it was written.
    ///
    /// The log is read as it is, and once more with its checksums put right. A checksum's record begins a segment.
    mutating func log(_ bytes: RawSpan) throws(BrokenPromise) {
        let member = try self.member()
        let text = bytes.withUnsafeBytes { Array($0) }
        try member.write([("0000000000000000-0000000000000000.wal", text)])
        _ = try member.entries()
        let log = RepairedLog(text)
        try member.write(log.segments.map { ($0.name, $0.bytes) })
        let entries = try member.entries()
        try requireSame(entries, member.allEntries(), isWhole: !log.hasGap)
        try member.replay(entries)
        try self.requireBeginnings(of: log, member)
    }

    private mutating func member() throws(BrokenPromise) -> FuzzedMember {
        if let member = self.storedMember { return member }
        let member = try FuzzedMember(in: self.directory().path)
        self.storedMember = member
        return member
    }

    /// Cuts the last segment, at a place that the bytes choose.
    private func requireBeginnings(of log: RepairedLog, _ member: FuzzedMember) throws(BrokenPromise) {
        guard let last = log.segments.last else { return }
        let whole = try member.allEntries()
        let cut = Int(fnv1a64(last.bytes.span.bytes) % UInt64(last.bytes.count + 1))
        let end = last.ends.last { $0 <= cut } ?? 0
        try member.cut(last.name, last.bytes, at: cut)
        let beginning = try member.allEntries()
        try member.cut(last.name, last.bytes, at: end)
        let before = try member.allEntries()
        guard beginning.list == before.list, beginning.isSame(as: before) else {
            throw BrokenPromise("cut at \(cut) it reads \(beginning.list), at the record \(before.list)")
        }
        guard log.onlyAppends else { return }
        guard whole.list.starts(with: beginning.list) else {
            throw BrokenPromise("cut at \(cut) it reads \(beginning.list) of \(whole.list)")
        }
        if let agreement = whole.entries.flatMap({ whole in
            beginning.entries.flatMap { whole.agreement(with: $0) }
        }) {
            guard !agreement.contradict else { throw BrokenPromise("a log contradicts its beginning") }
        }
    }
}

/// A log as it was read.
private struct ReadLog {
    /// nil where there is none.
    var entries: LogEntries?
    var list: [LogEntry] = []

    /// Whether everything is the same that both say of the log, but for how it ends.
    func isSame(as other: ReadLog) -> Bool {
        var (summary, others) = (self.entries?.summary, other.entries?.summary)
        summary?.isTorn = false
        others?.isTorn = false
        return summary == others
    }
}

/// Entries behind the database's are the same whether those before them are kept or not.
private func requireSame(_ later: ReadLog, _ all: ReadLog, isWhole: Bool) throws(BrokenPromise) {
    guard isWhole, let entries = later.entries, let others = all.entries else { return }
    guard later.isSame(as: all), later.list == all.list.filter({ $0.index > entries.passedOver }),
        entries.memberChanges == others.memberChanges.filter({ $0.index > entries.passedOver }),
        entries.damage == others.damage
    else { throw BrokenPromise("behind \(entries.passedOver) are \(later.list), of all \(all.list)") }
}

// MARK: The member

/// A member that has applied entry 3 of term 2 to a database with a few keys, a lease, a user and two members.
final class FuzzedMember {
    private let layout: DataDirectoryLayout
    private let database: EtcdDatabase
    private let facts: StoreFacts
    private var segments: [String] = []

    private static let (index, term) = (UInt64(3), UInt64(2))

    init(in directory: String) throws(BrokenPromise) {
        do {
            let layout = DataDirectoryLayout(root: "\(directory)/data")
            self.layout = layout
            for path in [layout.root, layout.member, layout.snapshots, layout.writeAheadLog] {
                try makeDirectory(path: path, reportedAs: path)
            }
            let file = try OutputFile(creating: layout.database)
            _ = try Self.image().writeDatabase(to: file)
            try file.close()
            self.database = try EtcdDatabase(path: layout.root)
            self.facts = try StoreFacts(reading: self.database)
        } catch { throw BrokenPromise("no member: \(error)") }
    }

    private static func image() throws -> DatabaseImage {
        let store = Store(identity: Store.Identity(clusterID: 9, memberID: 1, raftTerm: 2))
        func put(_ key: String, _ value: String, lease: Int64 = 0) throws {
            var request = Etcdserverpb_PutRequest()
            (request.key, request.value, request.lease) = (Data(key.utf8), Data(value.utf8), lease)
            _ = try store.put(request)
        }
        _ = try store.leaseGrant(.with { ($0.id, $0.ttl) = (7, 100_000) }, at: 0)
        for number in 1...3 { try put("a", "\(number)") }
        try put("b", "leased", lease: 7)
        try put("c", "")
        _ = try store.deleteRange(.with { $0.key = Data("c".utf8) })
        var image = try store.image()
        image.smallBuckets[.meta] = .meta(
            consistentIndex: Self.index,
            term: Self.term,
            confState: #"{"voters":[1],"learners":[2],"auto_leave":false}"#
        )
        let members = [
            Member(id: 1, peerURLs: ["http://m1:2380"]),
            Member(id: 2, peerURLs: ["http://m2:2380"], isLearner: true),
        ]
        image.smallBuckets[.members] = .replaced(
            by: Dictionary(members.map { ($0.key, $0.json) }) { first, _ in first }
        )
        return image
    }

    /// Writes the segments of a log, in place of what was there.
    func write(_ segments: [(name: String, bytes: [UInt8])]) throws(BrokenPromise) {
        for name in self.segments { removeTree(path: "\(self.layout.writeAheadLog)/\(name)") }
        self.segments = segments.map(\.name)
        for segment in segments { try self.write(segment.name, segment.bytes) }
    }

    /// Writes a segment up to a place.
    fileprivate func cut(_ name: String, _ bytes: [UInt8], at end: Int) throws(BrokenPromise) {
        removeTree(path: "\(self.layout.writeAheadLog)/\(name)")
        try self.write(name, Array(bytes[..<end]))
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws(BrokenPromise) {
        do throws(FileError) {
            let file = try OutputFile(creating: "\(self.layout.writeAheadLog)/\(name)")
            try file.append(bytes)
            try file.close()
        } catch { throw BrokenPromise("no file for a segment: \(error)") }
    }
}

extension FuzzedMember {
    /// The entries that are later than the database.
    fileprivate func entries() throws(BrokenPromise) -> ReadLog {
        do {
            let (log, entries) = try self.database.memberLogAndEntries() ?? (log: MemberLog(), entries: nil)
            _ = log.problems.map { "\($0)" }
            return try self.read(entries)
        } catch { throw BrokenPromise("the log is not read: \(error)") }
    }

    /// All entries.
    fileprivate func allEntries() throws(BrokenPromise) -> ReadLog {
        do { return try self.read(self.layout.logEntries()) } catch {
            throw BrokenPromise("the log is not read: \(error)")
        }
    }

    private func read(_ entries: LogEntries?) throws(BrokenPromise) -> ReadLog {
        guard let entries else { return ReadLog() }
        var list: [LogEntry] = []
        do throws(StorageError) {
            try entries.forEach(in: entries.indexes) { (entry, data) in
                _ = LoggedEntry(entry, data).action
                list.append(entry)
                return true
            }
        } catch { throw BrokenPromise("an entry is not read again: \(error)") }
        guard list.map(\.index) == Array(entries.indexes),
            zip(list, list.dropFirst()).allSatisfy({ $0.term <= $1.term }),
            list.allSatisfy({ entries.term(at: $0.index) == $0.term }),
            list.last.map({ $0.index == entries.lastIndex }) ?? true
        else { throw BrokenPromise("entries \(entries.indexes) are \(list)") }
        return ReadLog(entries: entries, list: list)
    }

    /// What becomes of the entries of a log whose checksums are put right.
    func outcome(of log: [UInt8]) throws(BrokenPromise) -> ReplayOutcome? {
        try self.write(RepairedLog(log).segments.map { ($0.name, $0.bytes) })
        return try self.replay(self.entries())
    }

    /// Applies the entries to the database, and compares the result with what is written of it.
    ///
    /// - Returns: What became of them; nil where none was to be applied.
    @discardableResult
    fileprivate func replay(_ log: ReadLog) throws(BrokenPromise) -> ReplayOutcome? {
        guard let entries = log.entries else { return nil }
        let dropping = ReplayPlan(entries, on: self.facts, uncommitted: .drop)
        let plan = ReplayPlan(entries, on: self.facts)
        guard plan.indexes.clamped(to: entries.indexes) == plan.indexes || plan.indexes.isEmpty,
            dropping.indexes.count <= plan.indexes.count, plan.obstacle == nil || plan.indexes.isEmpty
        else { throw BrokenPromise("of \(entries.indexes) are to be applied \(plan)") }
        guard !plan.indexes.isEmpty else { return nil }
        let member: ReplayedMember
        do throws(StorageError) {
            member = try ReplayedMember(plan, of: entries, over: self.database) { _ in "hash" }
        } catch { throw BrokenPromise("the log is not applied: \(error)") }
        let outcome = member.outcome
        guard outcome.stop != nil || outcome.appliedCount == plan.indexes.count,
            outcome.refusedCount + outcome.versionTwoCount <= outcome.appliedCount
        else { throw BrokenPromise("of \(plan.indexes) are applied \(outcome)") }
        try self.requireSound(member)
        return outcome
    }

    private func requireSound(_ member: ReplayedMember) throws(BrokenPromise) {
        let output = try memoryOutput()
        do throws(StorageError) { _ = try member.store.writeDatabase(to: output) } catch {
            throw BrokenPromise("what was applied is not written: \(error)")
        }
        let (written, check) = try checked(output)
        guard check.isSound else {
            throw BrokenPromise("what was applied is unsound: \(firstFinding(of: check))")
        }
        do throws(StorageError) {
            let facts = try StoreFacts(reading: written)
            let store = try Store(source: written, identity: member.store.identity, now: 0)
            guard facts.consistentIndex == member.outcome.last?.index ?? Self.index,
                store.revision == member.store.revision,
                max(0, store.compactRevision) == max(0, member.store.compactRevision),
                store.leases == member.store.leases,
                facts.members.sorted(by: { $0.id < $1.id }) == member.members,
                try store.overlay.hashKV() == member.overlay.hashKV(),
                store.users.users == member.store.users.users, store.users.roles == member.store.users.roles
            else { throw StorageError(.noKeyBucket, path: "written") }
        } catch { throw BrokenPromise("what was applied is not what is written of it: \(error)") }
    }
}

// MARK: Checksums

/// A log whose checksums are put right: bytes at random have none that is.
///
/// A checksum's record begins a segment, and leaves out the number before it when it has data. What no record can be
/// read of stays as it is, at the end.
private struct RepairedLog {
    struct Segment {
        var name: String
        var bytes: [UInt8]
        /// Where its records end.
        var ends: [Int] = []
    }

    private(set) var segments: [Segment] = []
    /// Whether a number between two segments is left out.
    private(set) var hasGap = false
    /// Whether every entry follows the one before it, and no raft snapshot takes the place of any.
    private(set) var onlyAppends = true
    private var writer = WALWriter()
    private var ends: [Int] = []
    private var sequence: UInt64 = 0
    private var name = DataDirectoryName.segment(sequence: 0, index: 0)
    private var lastIndex: UInt64 = 0

    private static let segmentLimit = 6

    init(_ text: [UInt8]) {
        let bytes = text.span.bytes
        var offset = 0
        while let record = Record(at: offset, of: bytes) {
            self.append(record, in: bytes)
            offset = record.end
        }
        self.endSegment(with: text[offset...])
    }

    private mutating func append(_ record: Record, in bytes: RawSpan) {
        let data = bytes.extracting(record.data).withUnsafeBytes { Array($0) }
        switch record.kind {
        case .checksum:
            if !self.ends.isEmpty, self.segments.count < Self.segmentLimit { self.beginSegment(data) }
            self.writer.append(.checksum, nil)
        case .entry:
            let entry = try? LogEntry.read(in: record.data, of: bytes).0
            if let index = entry?.index {
                self.onlyAppends = self.onlyAppends && (self.lastIndex == 0 || index == self.lastIndex &+ 1)
                self.lastIndex = index
            }
            self.writer.append(.entry, data)
        case .snapshot:
            self.onlyAppends = self.onlyAppends && data.isEmpty
            self.writer.append(.snapshot, data)
        case .metadata, .state: self.writer.append(record.kind, data)
        }
        self.ends.append(self.writer.bytes.count)
    }

    private mutating func beginSegment(_ data: [UInt8]) {
        self.endSegment(with: [])
        self.hasGap = self.hasGap || !data.isEmpty
        self.sequence += data.isEmpty ? 1 : 2
        self.name = DataDirectoryName.segment(sequence: self.sequence, index: self.lastIndex &+ 1)
        self.writer = WALWriter(continuing: self.writer.checksum)
        self.ends = []
    }

    private mutating func endSegment(with rest: ArraySlice<UInt8>) {
        self.segments.append(Segment(name: self.name, bytes: self.writer.bytes + rest, ends: self.ends))
    }

    /// A record, whatever its checksum is.
    private struct Record {
        var kind: WALRecordKind
        var data: Range<Int>
        var end: Int

        init?(at offset: Int, of bytes: RawSpan) {
            let left = bytes.byteCount - offset - 8
            guard left > 0 else { return nil }
            let field = bytes.littleEndian(UInt64.self, at: offset)
            let (length, padding) = (field & ~(0xFF << 56), field >> 63 == 1 ? field >> 56 & 7 : 0)
            guard length > 0, length + padding <= UInt64(left) else { return nil }
            self.end = offset + 8 + Int(length + padding)
            self.data = self.end..<self.end
            var kind: UInt64 = 0
            var reader = ProtobufReader(offset + 8..<offset + 8 + Int(length))
            while true {
                guard let field = try? reader.next(in: bytes) else { break }
                switch field {
                case .varint(number: 1, let value): kind = value
                case .bytes(number: 3, let range): self.data = range
                default: break
                }
            }
            guard let kind = WALRecordKind(rawValue: kind) else { return nil }
            self.kind = kind
        }
    }
}
