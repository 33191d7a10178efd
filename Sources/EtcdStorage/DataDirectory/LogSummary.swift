import Files
import ProtobufWire

/// What a stopped member's write-ahead log says: whose it is, and how far it has come.
///
/// The database lags behind the log: entries with an index above its consistent index are in the log
/// alone until etcd starts and applies them.
public struct LogSummary: Hashable, Sendable {
    public var member: MemberID?
    public var cluster: ClusterID?
    /// The term that the member was last in.
    public var term: UInt64 = 0
    /// The index up to which the member knew the entries to be decided.
    public var commit: UInt64 = 0
    /// Index of the first entry that is still in the log; nil without one.
    public var firstIndex: UInt64?
    /// Index of the newest entry, 0 without one; an entry replaces those from its index on.
    public var lastIndex: UInt64 = 0
    /// Term of the newest entry.
    public var lastTerm: UInt64 = 0
    /// The raft snapshots that the log names, in its order.
    public var snapshots: [RaftPosition] = []
    /// Whether it ends within a record, as a crash leaves it or a copy that was cut; etcd drops that record too.
    public var isTorn = false

    /// The raft snapshots that etcd may begin with.
    ///
    /// Source: etcd-io/etcd `server/storage/wal/wal.go`, `ValidSnapshotEntries`.
    public var validSnapshots: [RaftPosition] { self.snapshots.filter { $0.index <= self.commit } }

    /// How far the log goes: to its newest entry, or to a raft snapshot behind it.
    public var endIndex: UInt64 { self.validSnapshots.reduce(self.lastIndex) { max($0, $1.index) } }

    /// How many decided entries lie above `index`: what a database at that index does not show.
    public func committedEntries(after index: UInt64) -> UInt64 {
        let last = min(self.commit, self.lastIndex)
        return last > index ? last - index : 0
    }
}

extension LogSummary {
    /// Reads every segment of the log in `directory`.
    ///
    /// A running etcd does not keep others from reading its log: open the database first, whose lock
    /// tells whether one runs.
    ///
    /// - Throws: `.file`, or `.wal` when a segment is missing or damaged.
    public init(readingLogIn directory: String) throws(StorageError) {
        self.init()
        guard let (summary, damage) = try Self.readable(inLogAt: directory) else { return }
        if let damage { throw damage }
        self = summary
    }

    /// What can be read of the log in `directory`.
    ///
    /// - Returns: The summary up to the first missing or damaged segment, and what is wrong with that; nil when there
    ///   is no segment.
    /// - Throws: `.file` when the directory cannot be listed.
    static func readable(
        inLogAt directory: String
    ) throws(StorageError) -> (summary: LogSummary, damage: StorageError?)? {
        let (names, gap) = try segmentNames(in: directory)
        guard !names.isEmpty else { return nil }
        var summary = LogSummary()
        do {
            try summary.read(names, in: directory, isWhole: gap == nil)
            return (summary, gap)
        } catch {
            return (summary, error)
        }
    }

    private mutating func read(
        _ names: [String],
        in directory: String,
        isWhole: Bool
    ) throws(StorageError) {
        var checksum: UInt32 = 0
        for (position, name) in names.enumerated() {
            let path = "\(directory)/\(name)"
            let file: MappedFile
            do {
                file = try MappedFile(path: path, locking: .none)
            } catch {
                throw StorageError(.file(error), path: path)
            }
            var segment = WALSegment(continuing: checksum, isLast: isWhole && position == names.count - 1)
            do {
                try file.withBytes { (bytes) throws(WALSegment.Damage) in
                    while let record = try segment.next(in: bytes) { try self.note(record, in: bytes) }
                }
            } catch {
                try requireUnchanged(file)
                throw StorageError(.wal(offset: error.offset, problem: error.problem), path: path)
            }
            try requireUnchanged(file)
            checksum = segment.checksum
            self.isTorn = segment.end == .torn
        }
    }

    private mutating func note(_ record: WALRecord, in bytes: RawSpan) throws(WALSegment.Damage) {
        switch record.kind {
        case .metadata:
            let fields = try integers(record.data, in: bytes)
            self.member = fields[1].map(MemberID.init(rawValue:))
            self.cluster = fields[2].map(ClusterID.init(rawValue:))
        case .entry:
            let fields = try integers(record.data, in: bytes)
            self.lastTerm = fields[2] ?? 0
            self.lastIndex = fields[3] ?? 0
            self.firstIndex = self.firstIndex ?? self.lastIndex
        case .state:
            let fields = try integers(record.data, in: bytes)
            self.term = fields[1] ?? 0
            self.commit = fields[3] ?? 0
        case .snapshot:
            let fields = try integers(record.data, in: bytes)
            self.snapshots.append(RaftPosition(term: fields[2] ?? 0, index: fields[1] ?? 0))
        case .checksum:
            break
        }
    }
}

/// A place in a raft log.
public struct RaftPosition: Hashable, Sendable {
    public var term: UInt64
    public var index: UInt64
}

/// The integer fields of a small message, by number.
private func integers(_ range: Range<Int>, in bytes: RawSpan) throws(WALSegment.Damage) -> [Int: UInt64] {
    var fields: [Int: UInt64] = [:]
    var reader = ProtobufReader(range)
    do {
        while let field = try reader.next(in: bytes) {
            if case .varint(let number, let value) = field, number < 8 { fields[number] = value }
        }
    } catch {
        throw WALSegment.Damage(offset: range.lowerBound, problem: "a record's message cannot be read")
    }
    return fields
}

/// The log's segments in order up to the first gap, and what is missing there.
private func segmentNames(
    in directory: String
) throws(StorageError) -> (names: [String], gap: StorageError?) {
    let names: [String]
    do {
        names = try directoryEntries(path: directory)
    } catch {
        throw StorageError(.file(error), path: directory)
    }
    let segments = names.compactMap { name in segmentSequence(name).map { (sequence: $0, name: name) } }
        .sorted { $0.sequence < $1.sequence }
    var inOrder: [String] = []
    var next = segments.first?.sequence
    for segment in segments {
        guard segment.sequence == next else {
            let problem = "the segment after \(inOrder.last ?? "") is missing"
            return (inOrder, StorageError(.wal(offset: nil, problem: problem), path: directory))
        }
        inOrder.append(segment.name)
        next = segment.sequence &+ 1
    }
    return (inOrder, nil)
}

/// The sequence number in a segment's name; nil for other names, such as that of a segment that etcd has not finished.
private func segmentSequence(_ name: String) -> UInt64? {
    guard name.utf8.count == 37, name.hasSuffix(".wal") else { return nil }
    let parts = name.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 16 }), UInt64(parts[1], radix: 16) != nil
    else { return nil }
    return UInt64(parts[0], radix: 16)
}

private func requireUnchanged(_ file: MappedFile) throws(StorageError) {
    do {
        try file.checkUnchanged()
    } catch {
        throw StorageError(.file(error), path: file.path)
    }
}
