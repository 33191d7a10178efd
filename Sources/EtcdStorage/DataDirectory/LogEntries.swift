import Files
import ProtobufWire

/// What an entry of a raft log is.
///
/// Source: etcd-io/raft `raftpb/raft.proto`, `EntryType`.
public enum LogEntryKind: Hashable, Sendable {
    /// A request to the store; empty for the first entry of a leader.
    case normal
    /// A change of one member.
    case memberChange
    /// A change of several members at once, which no etcd asks for.
    case jointMemberChange
    case other(UInt64)

    init(_ number: UInt64) {
        switch number {
        case 0: self = .normal
        case 1: self = .memberChange
        case 2: self = .jointMemberChange
        default: self = .other(number)
        }
    }
}

/// An entry of a raft log; its data come beside it.
public struct LogEntry: Hashable, Sendable {
    public var term: UInt64
    public var index: UInt64
    public var kind: LogEntryKind
}

/// The entries of a stopped member's write-ahead log as they stand after everything that was written to it.
///
/// Segments are read in their order. An entry takes the place of the one with its index and of all behind that one, for
/// a new leader has the members drop what it does not have; a raft snapshot that the log contradicts, or that lies
/// behind its end, takes the place of all of it. Indexes follow each other, terms never fall, and all segments name the
/// same member: where that is not so, the log ends there.
///
/// An entry takes 16 bytes of memory, its data none: they are read where they lie.
///
/// Source: etcd-io/etcd `server/storage/wal/wal.go`, `ReadAll`, and issue 22442.
public struct LogEntries: Sendable {
    /// Whose log it is and how far it goes.
    public internal(set) var summary = LogSummary()
    /// Why it could not be read any further; nil when it was read to its end.
    public internal(set) var damage: StorageError?
    /// The segment behind which one is missing, where no entry that is wanted was in that.
    public internal(set) var missingBehind: String?

    /// What those entries change of the members that can be read, in order.
    public internal(set) var memberChanges: [MemberChange] = []

    /// Where entries lie that are above ``origin``.
    var places: [Place] = []
    /// The index before that of the first of ``places``.
    var origin: UInt64 = 0
    /// Entries up to this index are not kept.
    let passedOver: UInt64
    /// The terms of all entries, by the first index of each.
    var terms: [RaftPosition] = []
    var segments: [Segment] = []

    /// A change of one member.
    public struct MemberChange: Hashable, Sendable {
        public var index: UInt64
        /// raftpb's ConfChangeType: 0 add, 1 remove, 2 update, 3 add as a learner.
        public var type: UInt64
        public var member: UInt64
    }

    /// Where an entry's message lies in its segment.
    struct Place {
        var segment: UInt32
        var byteCount: UInt32
        var offset: Int
    }

    /// A segment that was read.
    struct Segment {
        var path: String
        var identity: FileIdentity?
    }

    init(passingOver index: UInt64) {
        self.passedOver = index
    }
}

extension LogEntries {
    /// Index of the newest entry, or of the raft snapshot that took the place of all; 0 without any.
    public var lastIndex: UInt64 { self.summary.lastIndex }

    /// The indexes of the entries that can be read, in order; empty without any.
    public var indexes: Range<UInt64> { self.origin &+ 1..<self.origin &+ 1 &+ UInt64(self.places.count) }

    /// The term of an entry, or of the raft snapshot before the first; nil for an index that the log does not tell.
    public func term(at index: UInt64) -> UInt64? {
        guard index <= self.summary.lastIndex, let first = self.terms.first, index >= first.index else {
            return nil
        }
        // The first of each term, by their indexes: the last one that is not above `index` is sought by halves.
        var (low, high) = (0, self.terms.count)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if self.terms[middle].index <= index { low = middle } else { high = middle }
        }
        return self.terms[low].term
    }

    /// The last index up to which two logs have the same entries, as far as both tell; nil when they tell nothing of
    /// the same index.
    ///
    /// - Returns: The index, and whether the logs contradict each other behind it.
    public func agreement(with other: LogEntries) -> (index: UInt64, contradict: Bool)? {
        guard let first = self.terms.first?.index, let otherFirst = other.terms.first?.index else {
            return nil
        }
        let end = min(self.lastIndex, other.lastIndex)
        let begin = max(first, otherFirst)
        guard begin <= end else { return nil }
        if self.term(at: end) == other.term(at: end) { return (end, false) }
        // Where two logs agree at an index they agree before it: so it is sought by halves.
        var (low, high) = (begin, end)
        guard self.term(at: low) == other.term(at: low) else { return (low &- 1, true) }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if self.term(at: middle) == other.term(at: middle) { low = middle } else { high = middle }
        }
        return (low, true)
    }

    /// Calls `body` with each entry of a range and its data, in order, until it returns false.
    ///
    /// - Throws: `.file` when a segment has changed since it was read; what `body` throws.
    public func forEach(
        in range: Range<UInt64>,
        _ body: (LogEntry, RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) {
        let range = range.clamped(to: self.indexes)
        var next = range.lowerBound
        while next < range.upperBound {
            let segment = self.places[self.position(of: next)].segment
            let file = try self.open(self.segments[Int(segment)])
            var goesOn = true
            try file.withBytes { (bytes) throws(StorageError) in
                while goesOn, next < range.upperBound {
                    let place = self.places[self.position(of: next)]
                    guard place.segment == segment else { break }
                    let message = place.offset..<place.offset + Int(place.byteCount)
                    // Each was read before; a file that is another one by now is told below.
                    if message.upperBound <= bytes.byteCount,
                        let (entry, data) = try? LogEntry.read(in: message, of: bytes)
                    {
                        goesOn = try body(entry, bytes.extracting(data))
                    }
                    next += 1
                }
            }
            try requireUnchanged(file)
            if !goesOn { return }
        }
    }

    private func position(of index: UInt64) -> Int { Int(index - self.origin - 1) }

    private func open(_ segment: Segment) throws(StorageError) -> MappedFile {
        do throws(FileError) {
            let file = try MappedFile(path: segment.path, locking: .none)
            guard FileIdentity(path: segment.path) == segment.identity else {
                throw FileError(.changed, path: segment.path)
            }
            return file
        } catch {
            throw StorageError(.file(error), path: segment.path)
        }
    }
}

extension LogEntry {
    /// Reads an entry's message, which fills `range`.
    ///
    /// - Returns: The entry, and where its data lie.
    static func read(
        in range: Range<Int>,
        of bytes: RawSpan
    ) throws(ProtobufReader.Problem) -> (LogEntry, data: Range<Int>) {
        var entry = LogEntry(term: 0, index: 0, kind: .normal)
        var data = range.upperBound..<range.upperBound
        var reader = ProtobufReader(range)
        while let field = try reader.next(in: bytes) {
            switch field {
            case .varint(number: 1, let kind): entry.kind = LogEntryKind(kind)
            case .varint(number: 2, let term): entry.term = term
            case .varint(number: 3, let index): entry.index = index
            case .bytes(number: 4, let found): data = found
            default: break
            }
        }
        return (entry, data)
    }
}

/// Throws when a segment was written to since it was opened, or its disk fails.
func requireUnchanged(_ file: MappedFile) throws(StorageError) {
    do {
        try file.checkUnchanged()
    } catch {
        throw StorageError(.file(error), path: file.path)
    }
}
