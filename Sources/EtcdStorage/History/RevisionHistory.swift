import Bolt

/// Every change that a source still holds, in order of revision, and what each key was before it.
///
/// A compaction leaves of what came before it the one state of each key that lived then. Such a state is no history:
/// what the key was earlier is gone. All changes above ``compactRevision`` are there, and with ``adding(_:)`` older ones
/// from a member's log.
///
/// It takes 36 bytes a change, and about 60 a key.
public struct RevisionHistory: Sendable {
    /// The newest revision.
    public let revision: Int64
    /// The oldest revision that can be shown; 0 when the store was never compacted.
    public let compactRevision: Int64
    /// The first revision of which the changes are there: they are from here on.
    public let firstRevision: Int64
    /// Every key that has a state here, each with its last one, whether it lives or not.
    public let lastStates: Keyspace

    let records: KeyRecords
    /// In order of revision.
    let entries: [KeyIndex.Entry]
    /// For each entry the position, plus 1, of the one of the same key before it; 0 without one.
    private let previous: [UInt32]
    /// For the last state of each key that does not live, the place of its deletion.
    private let deletions: [Int: Int]

    /// Puts the changes of a source together.
    ///
    /// - Parameters:
    ///   - entries: In order of revision, each with the hash of its key.
    ///   - records: Where they lie.
    ///   - revision: The newest revision.
    ///   - compactRevision: The oldest revision that can be shown; 0 when the store was never compacted.
    ///   - malformedKeys: What was left out.
    init(
        _ entries: [KeyIndex.Entry],
        in records: KeyRecords,
        revision: Int64,
        compactRevision: Int64,
        malformedKeys: MalformedKeys = MalformedKeys()
    ) {
        // The record of a revision bump has no key.
        let isNamed = entries.allSatisfy { $0.keyCount > 0 }
        let named = isNamed ? entries : entries.filter { $0.keyCount > 0 }
        self.init(
            retained: named.retained(after: compactRevision, in: records),
            in: records,
            revision: revision,
            compactRevision: compactRevision,
            firstRevision: compactRevision &+ 1,
            malformedKeys: malformedKeys
        )
    }

    /// Puts together what is left of the changes after the compaction.
    init(
        retained: [KeyIndex.Entry],
        in records: KeyRecords,
        revision: Int64,
        compactRevision: Int64,
        firstRevision: Int64,
        malformedKeys: MalformedKeys
    ) {
        let chains = KeyChains(of: retained, in: records)
        var lastStates: [KeyIndex.Entry] = []
        var deletions: [Int: Int] = [:]
        lastStates.reserveCapacity(chains.last.count)
        for last in chains.last.map({ Int($0) }) {
            var position = last
            while retained[position].isTombstone, chains.previous[position] > 0 {
                position = Int(chains.previous[position]) - 1
            }
            guard !retained[position].isTombstone else { continue }
            if position != last { deletions[position] = last }
            lastStates.append(retained[position])
        }
        let last = retained.last.flatMap { records.revision(of: $0)?.main } ?? 0
        let live = LiveRecords(
            revision: revision,
            currentRevision: revision,
            lastRevision: last,
            compactRevision: compactRevision,
            entries: lastStates,
            malformedKeys: malformedKeys
        )
        self.revision = revision
        self.compactRevision = compactRevision
        self.firstRevision = firstRevision
        self.lastStates = Keyspace(live, in: records)
        self.records = records
        self.entries = retained
        self.previous = chains.previous
        self.deletions = deletions
    }
}

extension [KeyIndex.Entry] {
    /// The changes without those that a compaction at `revision` drops, finished or not: of each key the newest state at
    /// or before it stays, unless that is a tombstone.
    fileprivate func retained(after revision: Int64, in records: KeyRecords) -> [KeyIndex.Entry] {
        let end = lowerBound(0..<self.count) { records.revision(of: self[$0])?.main ?? 0 <= revision }
        guard end > 0 else { return self }
        let compacted = Array(self[..<end])
        let chains = KeyChains(of: compacted, in: records)
        let kept = chains.last.filter { !compacted[Int($0)].isTombstone }.sorted()
        guard kept.count < end else { return self }
        return kept.map { compacted[Int($0)] } + self[end...]
    }
}

/// One change of a key.
public struct KeyChange: Sendable {
    /// Its place in the order of revision.
    public let position: Int
    public let revision: RevisionKey
    /// The state that it made; of a deletion a key without a value.
    public let key: LiveKey

    public var isDeletion: Bool { self.key.entry.isTombstone }
    /// Whether it is not known that it was made: it is in a member's log alone.
    ///
    /// If it was made, then at its revision or a later one.
    public var isUncertain: Bool { self.key.entry.isUncertain }
}

// MARK: Finding changes

extension RevisionHistory {
    /// How many changes there are.
    public var count: Int { self.entries.count }

    /// The change at a place in the order of revision.
    public subscript(position: Int) -> KeyChange {
        let entry = self.entries[position]
        let revision = self.records.revision(of: entry) ?? RevisionKey(main: 0, sub: 0)
        return KeyChange(position: position, revision: revision, key: LiveKey(entry: entry))
    }

    /// The place of the first change of a revision or a later one.
    public func position(ofFirstFrom revision: Int64) -> Int {
        lowerBound(0..<self.count) { self[$0].revision.main < revision }
    }

    /// The change of the same key before `change`, one that was made; nil when that one is not retained.
    public func change(before change: KeyChange) -> KeyChange? {
        guard !change.key.entry.followsUnknown else { return nil }
        var previous = self.previous[change.position]
        while previous > 0, self.entries[Int(previous) - 1].isUncertain {
            // The key may be another one since.
            if self.entries[Int(previous) - 1].isTombstone { return nil }
            previous = self.previous[Int(previous) - 1]
        }
        return previous > 0 ? self[Int(previous) - 1] : nil
    }

    /// The state of the key before `change`; nil when it did not live, or when that state is gone.
    public func state(before change: KeyChange) -> KeyChange? {
        self.change(before: change).flatMap { $0.isDeletion ? nil : $0 }
    }

    /// Whether `change` is what a compaction left: the state of the key then, and not what happened.
    public func isLeftOver(_ change: KeyChange) -> Bool { change.revision.main < self.firstRevision }

    /// The changes of a key, one of ``lastStates``, oldest first.
    public func changes(of key: LiveKey) -> [KeyChange] {
        guard var position = self.lastPosition(of: key) else { return [] }
        var changes = [self[position]]
        while self.previous[position] > 0 {
            position = Int(self.previous[position]) - 1
            changes.append(self[position])
        }
        return changes.reversed()
    }

    /// What became of each key after each change.
    public func followers() -> Followers {
        var next = [UInt32](repeating: 0, count: self.count)
        for (position, previous) in self.previous.enumerated() where previous > 0 {
            next[Int(previous) - 1] = UInt32(truncatingIfNeeded: position + 1)
        }
        return Followers(history: self, next: next)
    }

    /// For each change the next one of the same key; 4 bytes a change.
    public struct Followers: Sendable {
        fileprivate let history: RevisionHistory
        fileprivate let next: [UInt32]

        /// The change of the same key after `change`; nil for the last.
        public func change(after change: KeyChange) -> KeyChange? {
            let next = self.next[change.position]
            return next > 0 ? self.history[Int(next) - 1] : nil
        }
    }

    /// How many keys live at the newest revision.
    public var liveCount: Int {
        let followers = self.followers()
        return self.entries.indices.count { followers.next[$0] == 0 && !self.entries[$0].isTombstone }
    }

    /// The place of the last change of a key, one of ``lastStates``.
    private func lastPosition(of key: LiveKey) -> Int? {
        guard let revision = self.records.revision(of: key.entry) else { return nil }
        let position = lowerBound(0..<self.count) { place in
            let other = self[place].revision
            return (other.main, other.sub) < (revision.main, revision.sub)
        }
        guard position < self.count, self.entries[position].offset == key.entry.offset,
            self.entries[position].isChange == key.entry.isChange,
            self.entries[position].isLogged == key.entry.isLogged
        else { return nil }
        return self.deletions[position] ?? position
    }

    /// Whether two states have the same value, byte by byte.
    ///
    /// - Throws: `.badKeyValue` for a record that is damaged behind its key.
    public func haveSameValue(_ left: KeyChange, _ right: KeyChange) throws(StorageError) -> Bool {
        guard left.key.valueByteCount == right.key.valueByteCount else { return false }
        return try self.records.withMessage(of: left.key.entry) { (bytes, message) throws(StorageError) in
            guard let state = KeyValue(reading: bytes, in: message) else {
                throw self.records.damage(at: left.key.entry)
            }
            let value = bytes.extracting(state.value)
            return try self.records.withMessage(of: right.key.entry) {
                (bytes, message) throws(StorageError) in
                guard let other = KeyValue(reading: bytes, in: message) else {
                    throw self.records.damage(at: right.key.entry)
                }
                return value.compare(bytes.extracting(other.value)) == 0
            }
        }
    }

    /// What errors name: the source's file.
    public var path: String { self.records.path }

    /// Throws when a file has changed since it was opened, so that what was read is not to be trusted.
    public func checkUnchanged() throws(StorageError) { try self.records.checkUnchanged() }
}
