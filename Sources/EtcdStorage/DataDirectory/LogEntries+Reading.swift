import Files
import ProtobufWire

extension LogEntries {
    /// Reads every segment of the log in `directory`, as far as it can be read; nil when there is none.
    ///
    /// A running etcd does not keep others from reading its log: open the database first, whose lock
    /// tells whether one runs.
    ///
    /// - Parameters:
    ///   - directory: The log's own directory.
    ///   - index: The last entry that is known from the database: entries up to it are read, and not kept.
    /// - Throws: `.file` when the directory cannot be listed.
    public init?(inLogAt directory: String, after index: UInt64? = nil) throws(StorageError) {
        let (names, missingBehind, end) = try LogSegments(in: directory).wanted(after: index)
        guard !names.isEmpty else { return nil }
        self.init(passingOver: index ?? 0)
        self.missingBehind = missingBehind
        do {
            try self.read(names, in: directory, isWhole: end == nil)
            if let end {
                let problem = "the segment after \(end) is missing"
                self.damage = StorageError(.wal(offset: nil, problem: problem), path: directory)
            }
        } catch {
            self.damage = error
        }
    }

    private mutating func read(
        _ names: [String],
        in directory: String,
        isWhole: Bool
    ) throws(StorageError) {
        var checksum: UInt32 = 0
        var pending: RaftPosition?
        for (position, name) in names.enumerated() {
            let path = "\(directory)/\(name)"
            let file: MappedFile
            do {
                file = try MappedFile(path: path, locking: .none)
            } catch {
                throw StorageError(.file(error), path: path)
            }
            self.segments.append(Segment(path: path, identity: FileIdentity(path: path)))
            var segment = WALSegment(continuing: checksum, isLast: isWhole && position == names.count - 1)
            do {
                try file.withBytes { (bytes) throws(WALSegment.Damage) in
                    while let record = try segment.next(in: bytes) {
                        try self.note(record, in: bytes, &pending)
                    }
                }
            } catch {
                try requireUnchanged(file)
                throw StorageError(.wal(offset: error.offset, problem: error.problem), path: path)
            }
            try requireUnchanged(file)
            checksum = segment.checksum
            self.summary.isTorn = segment.end == .torn
        }
    }

    /// Takes a record into the log; `pending` is a raft snapshot that takes its place once something goes on from it.
    private mutating func note(
        _ record: WALRecord,
        in bytes: RawSpan,
        _ pending: inout RaftPosition?
    ) throws(WALSegment.Damage) {
        switch record.kind {
        case .metadata:
            let fields = try integers(record.data, in: bytes)
            let member = fields[1].map(MemberID.init(rawValue:))
            let cluster = fields[2].map(ClusterID.init(rawValue:))
            let isKnown = self.summary.member != nil || self.summary.cluster != nil
            guard !isKnown || (member, cluster) == (self.summary.member, self.summary.cluster) else {
                throw WALSegment.Damage(
                    offset: record.data.lowerBound,
                    problem: "it is another member's than the records before"
                )
            }
            self.summary.member = member
            self.summary.cluster = cluster
        case .entry:
            try self.append(record.data, in: bytes, &pending)
        case .state:
            let fields = try integers(record.data, in: bytes, isOnlyThese: true)
            let (term, commit) = (fields[1] ?? 0, fields[3] ?? 0)
            // A record's kind is not in its checksum: an entry must not pass for a state.
            guard term >= max(1, self.summary.term), commit >= self.summary.commit else {
                throw WALSegment.Damage(
                    offset: record.data.lowerBound,
                    problem: "a state that is older than the one before it"
                )
            }
            self.summary.term = term
            self.summary.commit = commit
            if let snapshot = pending, snapshot.index <= self.summary.commit { self.begin(behind: snapshot) }
            pending = nil
        case .snapshot:
            let fields = try integers(record.data, in: bytes)
            let snapshot = RaftPosition(term: fields[2] ?? 0, index: fields[1] ?? 0)
            self.summary.snapshots.append(snapshot)
            if let voters = voters(record.data, in: bytes) { self.summary.voters = voters }
            pending = self.isContradicted(by: snapshot) ? snapshot : nil
        case .checksum:
            break
        }
    }

    /// Whether the log lacks the entry of a raft snapshot, or has another one.
    private func isContradicted(by snapshot: RaftPosition) -> Bool {
        guard snapshot.index > 0, !self.terms.isEmpty || self.summary.firstIndex != nil else {
            return snapshot.index > 0
        }
        if snapshot.index > self.summary.lastIndex { return true }
        guard let term = self.term(at: snapshot.index) else { return false }
        return term != snapshot.term
    }

    /// Drops all entries: the log goes on behind a raft snapshot.
    private mutating func begin(behind snapshot: RaftPosition) {
        self.terms = [snapshot]
        self.places = []
        self.memberChanges = []
        self.origin = max(snapshot.index, self.passedOver)
        self.summary.firstIndex = nil
        self.summary.lastIndex = snapshot.index
        self.summary.lastTerm = snapshot.term
    }

    private mutating func append(
        _ message: Range<Int>,
        in bytes: RawSpan,
        _ pending: inout RaftPosition?
    ) throws(WALSegment.Damage) {
        func damage(_ problem: String) -> WALSegment.Damage {
            WALSegment.Damage(offset: message.lowerBound, problem: problem)
        }
        guard let (entry, data) = try? LogEntry.read(in: message, of: bytes), entry.index > 0,
            entry.index < UInt64(Int64.max), let byteCount = UInt32(exactly: message.count),
            let segment = UInt32(exactly: self.segments.count - 1)
        else { throw damage("an entry that cannot be read") }
        if let snapshot = pending, entry.index == snapshot.index &+ 1 { self.begin(behind: snapshot) }
        pending = nil
        let isFirst = self.terms.isEmpty
        if !isFirst, entry.index > self.summary.lastIndex &+ 1 {
            throw damage("entry \(entry.index) follows entry \(self.summary.lastIndex)")
        }
        self.drop(from: entry.index)
        if let before = self.terms.last, before.term > entry.term {
            throw damage("entry \(entry.index) is of term \(entry.term), the one before it of \(before.term)")
        }
        if self.terms.last?.term != entry.term {
            self.terms.append(RaftPosition(term: entry.term, index: entry.index))
        }
        self.summary.firstIndex = self.summary.firstIndex ?? entry.index
        self.summary.lastIndex = entry.index
        self.summary.lastTerm = entry.term
        guard entry.index > self.passedOver else { return }
        if self.places.isEmpty { self.origin = entry.index - 1 }
        if entry.kind == .memberChange, let fields = try? integers(data, in: bytes) {
            let (type, member) = (fields[2] ?? 0, fields[3] ?? 0)
            self.memberChanges.append(MemberChange(index: entry.index, type: type, member: member))
        }
        self.places.append(Place(segment: segment, byteCount: byteCount, offset: message.lowerBound))
    }

    /// Drops the entries from an index on.
    private mutating func drop(from index: UInt64) {
        guard !self.terms.isEmpty, index <= self.summary.lastIndex else { return }
        while let last = self.terms.last, last.index >= index { self.terms.removeLast() }
        while let last = self.memberChanges.last, last.index >= index { self.memberChanges.removeLast() }
        self.summary.lastIndex = index - 1
        self.summary.lastTerm = self.terms.last?.term ?? 0
        if let first = self.summary.firstIndex, first >= index { self.summary.firstIndex = nil }
        let kept = index > self.origin ? Int(clamping: index - self.origin - 1) : 0
        if kept < self.places.count { self.places.removeLast(self.places.count - kept) }
    }
}

/// The integer fields of a small message, by number; with `isOnlyThese` there must be no others.
private func integers(
    _ range: Range<Int>,
    in bytes: RawSpan,
    isOnlyThese: Bool = false
) throws(WALSegment.Damage) -> [Int: UInt64] {
    let damage = WALSegment.Damage(offset: range.lowerBound, problem: "a record's message cannot be read")
    var fields: [Int: UInt64] = [:]
    var reader = ProtobufReader(range)
    while true {
        let field: ProtobufReader.Field?
        do {
            field = try reader.next(in: bytes)
        } catch {
            throw damage
        }
        guard let field else { return fields }
        if case .varint(let number, let value) = field {
            if number < 8 { fields[number] = value }
        } else if isOnlyThese {
            throw damage
        }
    }
}

/// The voters in a raft snapshot's record: field 1 of its field 3; nil where it names none.
private func voters(_ range: Range<Int>, in bytes: RawSpan) -> [MemberID]? {
    var reader = ProtobufReader(range)
    while let field = try? reader.next(in: bytes) {
        guard case .bytes(number: 3, let state) = field else { continue }
        var voters: [MemberID] = []
        var reader = ProtobufReader(state)
        while let field = try? reader.next(in: bytes) {
            if case .varint(number: 1, let id) = field { voters.append(MemberID(rawValue: id)) }
        }
        return voters.isEmpty ? nil : voters
    }
    return nil
}
