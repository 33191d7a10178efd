public import EtcdStorage
import Files

extension RevisionHistory {
    /// The history with the changes that a member's log still has and its database has compacted away.
    ///
    /// The log says what was asked for, not what came of it. That is worked out: see ``WriteOutcomes`` and
    /// ``LoggedRevisions``; what cannot be is there as an uncertain change.
    ///
    /// - Parameters:
    ///   - entries: All that the log has.
    ///   - facts: Of the database, before later entries were replayed.
    ///   - revision: The newest revision of the database.
    ///   - directory: Where the values are kept meanwhile, in a file without a name.
    /// - Returns: The history itself where the log tells no more.
    /// - Throws: `.file` when the log changes meanwhile, or there is no room.
    public func adding(
        olderChangesIn entries: LogEntries,
        of facts: StoreFacts,
        at revision: Int64,
        in directory: String
    ) throws(StorageError) -> RevisionHistory {
        guard let index = facts.consistentIndex, entries.indexes.contains(index), self.compactRevision > 0,
            facts.compactRevision == self.compactRevision,
            let writes = try LoggedWrites(entries, upTo: index, facts: facts),
            let end = self.end(of: writes, at: revision)
        else { return self }
        var older = writes
        older.removeEntries(from: end.position)
        let isWhole = older.firstIndex == 1
        guard
            let revisions = LoggedRevisions(
                of: older,
                before: end.revision,
                keyRevisions: self.revisions(of: older, before: end.revision),
                isWhole: isWhole
            )
        else { return self }
        let keyRevisions = self.revisions(of: older, before: self.compactRevision + 1)
        let first = older.firstIndex + UInt64(revisions.firstPosition)
        var changes = try naming(directory) { () throws(FileError) in
            OlderChanges(
                of: older,
                revisions,
                keyRevisions,
                upTo: self.compactRevision,
                into: try HistorySpool(in: directory)
            )
        }
        try entries.forEach(in: first..<older.firstIndex + UInt64(end.position)) {
            (entry, data) throws(StorageError) in
            let position = Int(entry.index - older.firstIndex)
            try naming(directory) { () throws(FileError) in try changes.append(data, at: position) }
            return true
        }
        let logged = try naming(directory) { () throws(FileError) in
            try changes.finish()
            return try changes.spool.loggedChanges(from: revisions.base + 1)
        }
        return self.adding(logged)
    }

    /// The first revision behind the compaction of which it is plain which entry made it, and the position of that one;
    /// behind all where there is none; nil when the entries do not go with the changes.
    ///
    /// From the newest change back, each is given to the last entry that can have made it.
    private func end(of writes: LoggedWrites, at revision: Int64) -> (revision: Int64, position: Int)? {
        let first = self.position(ofFirstFrom: self.compactRevision + 1)
        var position = writes.entries.count
        var place = self.position(ofFirstFrom: revision + 1) - 1
        var made: [(change: ChangeToFind, revision: Int64, position: Int)] = []
        while place >= first {
            let main = self[place].revision.main
            while place > first, self[place - 1].revision.main == main { place -= 1 }
            let change = ChangeToFind(self[place], in: self, of: writes)
            repeat {
                guard position > 0 else { return nil }
                position -= 1
            } while !change.canBeMade(by: position, of: writes)
            made.append((change, main, position))
            place -= 1
        }
        let plain = made.last { !$0.change.canBeMade(before: $0.position, of: writes) }
        return plain.map { ($0.revision, $0.position) } ?? (revision + 1, writes.entries.count)
    }

    /// For each key of the entries its revision before another; 0 for one that did not live then.
    private func revisions(of writes: LoggedWrites, before revision: Int64) -> [Int64] {
        writes.keys.map { key in
            let (position, found) = self.lastStates.position(of: key.span.bytes)
            guard found else { return 0 }
            let last = self.changes(of: self.lastStates[position]).last { $0.revision.main < revision }
            return last.map { $0.isDeletion ? 0 : $0.revision.main } ?? 0
        }
    }
}

/// A change of which the entry is sought that made it.
private struct ChangeToFind {
    private let key: [UInt8]
    private let number: UInt32?
    private let isDeletion: Bool
    /// The revision of the key before it; nil when that is not retained.
    private let previous: Int64?
    /// The lease of the key before it; nil when that is not known.
    private let lease: Int64?
    /// So many entries are looked at for another one that can have made it.
    private static let lookLimit = 1_000

    init(_ change: KeyChange, in history: RevisionHistory, of writes: LoggedWrites) {
        self.key = history.lastStates.bytes(of: change.key)
        self.number = writes.knownNumber(of: self.key)
        self.isDeletion = change.isDeletion
        let before = history.state(before: change)
        self.previous = before?.revision.main
        self.lease = before.flatMap { state in
            try? history.lastStates.withRecord(of: state.key) { metadata, _ in metadata.lease }
        }
    }

    /// Whether an entry not long before a position can have made it as well.
    func canBeMade(before position: Int, of writes: LoggedWrites) -> Bool {
        var position = position
        let end = max(0, position - Self.lookLimit)
        while position > end {
            position -= 1
            if self.canBeMade(by: position, of: writes) { return true }
            let entry = writes.entries[position]
            if entry.request == .put, !entry.mayBeRefused { return false }
        }
        return false
    }

    func canBeMade(by position: Int, of writes: LoggedWrites) -> Bool {
        let entry = writes.entries[position]
        switch entry.request {
        case .none: return false
        case .deleteRange:
            guard self.isDeletion, let range = writes.ranges[position] else { return false }
            return self.key.isInRange(from: range.first, to: range.end)
        case .revoke:
            let revoked = writes.first(of: entry).first?.number
            return self.isDeletion && (self.lease == nil || self.lease == revoked)
        case .opaque:
            return writes.opaqueKeys[position].map { keys in
                keys.isAll || self.number.map { keys.numbers.contains($0) } == true
            } ?? true
        case .put, .delete, .transaction: break
        }
        let isNamed = { (operation: LoggedWrites.Operation) in
            operation.key == self.number && (operation.kind == .delete) == self.isDeletion
        }
        guard
            writes.first(of: entry).contains(where: isNamed)
                || writes.second(of: entry).contains(where: isNamed)
        else { return false }
        guard let previous, entry.isConditionalChange,
            let condition = writes.conditions(of: entry).first
        else { return true }
        switch condition.kind {
        case .isAtRevision: return condition.number == previous
        case .isAbsent: return false
        default: return true
        }
    }
}

/// Runs `body`, and has its error name the directory.
private func naming<Result>(
    _ directory: String,
    _ body: () throws(FileError) -> Result
) throws(StorageError) -> Result {
    do {
        return try body()
    } catch {
        throw StorageError(.file(error), path: directory)
    }
}
