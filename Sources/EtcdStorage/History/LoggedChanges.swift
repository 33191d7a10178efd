import Files

/// Changes that a member's log still has, and its database has compacted away.
public struct LoggedChanges: Sendable {
    /// The first revision of which all changes are among them, for all that is known.
    public let firstRevision: Int64
    /// In order of revision.
    let entries: [KeyIndex.Entry]
    let file: MappedFile

    init(firstRevision: Int64, entries: [KeyIndex.Entry], file: MappedFile) {
        self.firstRevision = firstRevision
        self.entries = entries.map { entry in
            var entry = entry
            entry.isLogged = true
            return entry
        }
        self.file = file
    }

}

extension RevisionHistory {
    /// How many changes are there that were compacted away, from a member's log.
    public var loggedCount: Int { self.entries.count(where: \.isLogged) }
    /// How many of them are not known to have been made.
    public var uncertainCount: Int { self.entries.count(where: \.isUncertain) }

    /// The history with changes from before its compaction.
    ///
    /// Of a key that was changed among them and lives at the compaction, the database has the last state with all its
    /// numbers: that one stays.
    public func adding(_ logged: LoggedChanges) -> RevisionHistory {
        let records = self.records.adding(logged.file)
        let end = self.position(ofFirstFrom: self.compactRevision &+ 1)
        var merged: [KeyIndex.Entry] = []
        merged.reserveCapacity(self.entries.count + logged.entries.count)
        records.withRecordBytes { bytes in
            var next = 0
            for entry in logged.entries {
                let revision = records.revision(of: entry)?.main ?? 0
                while next < end, self[next].revision.main <= revision {
                    merged.append(self.state(at: next, among: logged))
                    next += 1
                }
                let isState = { (other: KeyIndex.Entry) in
                    !other.isLogged && !entry.isTombstone && bytes.isSameKey(other, entry)
                }
                var place = merged.count
                while place > 0, records.revision(of: merged[place - 1])?.main == revision,
                    !isState(merged[place - 1])
                {
                    place -= 1
                }
                if place > 0, records.revision(of: merged[place - 1])?.main == revision {
                    merged[place - 1].followsUnknown = entry.followsUnknown || entry.isUncertain
                } else {
                    merged.append(entry)
                }
            }
            while next < end {
                merged.append(self.state(at: next, among: logged))
                next += 1
            }
            merged += self.entries[end...]
        }
        return RevisionHistory(
            retained: merged,
            in: records,
            revision: self.revision,
            compactRevision: self.compactRevision,
            firstRevision: min(logged.firstRevision, self.firstRevision),
            malformedKeys: self.lastStates.malformedKeys
        )
    }

    /// A state that the compaction left.
    ///
    /// What the key was before it is known once its entry is found in the log.
    private func state(at position: Int, among logged: LoggedChanges) -> KeyIndex.Entry {
        var state = self.entries[position]
        state.followsUnknown = self[position].revision.main >= logged.firstRevision
        return state
    }
}
