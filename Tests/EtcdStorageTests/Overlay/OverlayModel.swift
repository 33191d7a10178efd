import EtcdStorage

/// What an ``Overlay`` is held to: every state of every revision, kept plainly.
struct OverlayModel {
    /// A live key.
    struct Record: Hashable {
        var key: [UInt8]
        var value: [UInt8]
        var metadata: KeyMetadata
    }

    /// A put, or with the record missing a deletion.
    struct Change: Hashable {
        var revision: RevisionKey
        var key: [UInt8]
        var record: Record?
    }

    /// What lives at each revision that was ever shown.
    private(set) var states: [Int64: [[UInt8]: Record]]
    /// In order.
    private(set) var changes: [Change]
    private(set) var revision: Int64
    private(set) var compactRevision: Int64
    /// The newest revision of the source; 0 without one.
    let sourceRevision: Int64
    private(set) var isCompactedSinceOpen = false
    private var sub: Int64 = 0

    /// An empty store.
    init() {
        self.states = [1: [:]]
        self.changes = []
        self.revision = 1
        self.compactRevision = -1
        self.sourceRevision = 0
    }

    /// A store that begins with the changes that a database holds.
    init(of changes: [Change], revision: Int64, compactRevision: Int64) {
        self.changes = changes
        self.revision = revision
        self.compactRevision = compactRevision
        self.sourceRevision = revision
        self.states = [:]
        var state: [[UInt8]: Record] = [:]
        var next = changes[...]
        for shown in 1...max(1, revision) {
            while let change = next.first, change.revision.main <= shown {
                state[change.key] = change.record
                next.removeFirst()
            }
            self.states[shown] = state
        }
    }

    /// Keys that were ever written, in order.
    var keys: [[UInt8]] {
        Set(self.changes.map(\.key)).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The records of a range at a revision, in order of their keys.
    func records(in range: KeyRange, at revision: Int64) -> [Record] {
        (self.states[revision] ?? [:]).values.filter { range.holds($0.key) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    // MARK: Writing

    mutating func apply(_ writes: [OverlayWrite]) {
        var state = self.states[self.revision] ?? [:]
        for write in writes {
            switch write {
            case .put(let key, let value, let lease):
                let main = self.revision + 1
                let record = Record(
                    key: key,
                    value: value,
                    metadata: KeyMetadata(
                        createRevision: state[key]?.metadata.createRevision ?? main,
                        modRevision: main,
                        version: (state[key]?.metadata.version ?? 0) + 1,
                        lease: lease
                    )
                )
                state[key] = record
                self.append(key, record)
            case .delete(let range):
                let keys = state.keys.filter { range.holds($0) }
                for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
                    state[key] = nil
                    self.append(key, nil)
                }
            }
        }
        if self.sub > 0 {
            self.revision += 1
            self.states[self.revision] = state
        }
        self.sub = 0
    }

    private mutating func append(_ key: [UInt8], _ record: Record?) {
        let revision = RevisionKey(main: self.revision + 1, sub: self.sub, isTombstone: record == nil)
        self.changes.append(Change(revision: revision, key: key, record: record))
        self.sub += 1
    }

    mutating func compact(to revision: Int64) {
        self.compactRevision = revision
        self.isCompactedSinceOpen = true
    }

    // MARK: What follows from it

    /// What a change's key was in the revision before, as etcd's watch tells it.
    func previous(of change: Change) -> Record? {
        let main = change.revision.main
        if let record = change.record, record.metadata.createRevision == main { return nil }
        return main > self.compactRevision ? self.states[main - 1]?[change.key] : nil
    }

    /// The changes that a database written now holds.
    var storedChanges: [Change] {
        guard self.isCompactedSinceOpen else { return self.changes }
        return self.changes.filter { self.outlivesCompaction($0, at: self.compactRevision) }
    }

    /// Whether a change is among those that HashKV sums up at a revision.
    func outlivesCompaction(_ change: Change, at revision: Int64) -> Bool {
        guard change.revision.main <= self.compactRevision else { return true }
        guard let record = change.record, self.states[revision]?[change.key] == record else { return false }
        // A transaction may write the same twice, with a deletion between.
        let (main, sub) = (change.revision.main, change.revision.sub)
        return !self.changes.contains {
            $0.key == change.key && $0.revision.main == main && $0.revision.sub > sub
        }
    }

    /// The hash at a revision: every change up to it that outlives the compaction.
    func hashKV(at revision: Int64) -> UInt32 {
        var newestAt = revision
        if self.compactRevision > 0, self.states[revision]?.isEmpty ?? true {
            newestAt = self.compactRevision
        }
        var sum = CRC32C()
        sum.update(Array("key".utf8))
        for change in self.changes where change.revision.main <= revision {
            guard self.compactRevision <= 0 || self.outlivesCompaction(change, at: newestAt) else { continue }
            sum.update(change.revision.bytes)
            sum.update(change.message)
        }
        return sum.value
    }
}

extension OverlayModel.Change {
    /// The KeyValue message, written once more by hand.
    var message: [UInt8] {
        var bytes = field(1, self.key)
        guard let record = self.record else { return bytes }
        let metadata = record.metadata
        let numbers = [(2, metadata.createRevision), (3, metadata.modRevision), (4, metadata.version)]
        for (number, value) in numbers where value != 0 {
            bytes += [UInt8(number << 3)] + varint(UInt64(value))
        }
        if !record.value.isEmpty { bytes += field(5, record.value) }
        if metadata.lease != 0 { bytes += [6 << 3] + varint(UInt64(bitPattern: metadata.lease)) }
        return bytes
    }
}

private func field(_ number: UInt8, _ value: [UInt8]) -> [UInt8] {
    [number << 3 | 2] + varint(UInt64(value.count)) + value
}

private func varint(_ value: UInt64) -> [UInt8] {
    value > 0x7F ? [UInt8(value & 0x7F) | 0x80] + varint(value >> 7) : [UInt8(value)]
}

extension KeyRange {
    /// The meaning of a range, written once more.
    func holds(_ key: [UInt8]) -> Bool {
        switch self.end {
        case .single: key == self.start
        case .none: !key.lexicographicallyPrecedes(self.start)
        case .before(let end):
            !key.lexicographicallyPrecedes(self.start) && key.lexicographicallyPrecedes(end)
        }
    }
}
