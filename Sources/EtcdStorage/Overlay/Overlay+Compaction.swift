/// Forgetting what was overwritten or deleted at or before a revision.
///
/// ``compact(to:)`` does it all at once. A store with writers that do not wait does it in three steps:
/// ``beginCompaction(to:)``, after which readers are refused; ``compacted`` of a copy, which takes time; and
/// ``adopt(_:)``, which does again what writers have added meanwhile.
extension Overlay {
    /// - Throws: `.compacted` when that was done already, `.futureRevision`.
    public mutating func compact(to revision: Int64) throws(StorageError) {
        try self.beginCompaction(to: revision)
        self.adopt(self.compacted)
    }

    /// Makes everything before `revision` unreadable.
    ///
    /// - Throws: `.compacted` when that was done already, `.futureRevision`.
    public mutating func beginCompaction(to revision: Int64) throws(StorageError) {
        if revision <= self.compactRevision {
            throw self.error(.compacted(asked: revision, compactRevision: self.compactRevision))
        }
        if revision > self.revision {
            throw self.error(.futureRevision(asked: revision, current: self.revision))
        }
        self.compactRevision = revision
        self.isCompactedSinceOpen = true
    }

    /// The overlay without the changes that its last compaction has made unreadable.
    public var compacted: Overlay {
        let revision = self.compactRevision
        guard revision > self.sourceRevision else { return self }
        var overlay = self
        // What was changed at the revision itself stays in the log: a watch may begin there.
        overlay.log.compact(upTo: revision) { change in
            change.revision.main == revision
                || !change.isTombstone && self.index.isNewest(change, at: revision)
        }
        overlay.index.compactMap { $0.compacted(to: revision) }
        return overlay
    }

    /// Takes over the changes of ``compacted`` of an earlier copy, and does again what came after it.
    public mutating func adopt(_ compacted: Overlay) {
        var (index, log) = (compacted.index, compacted.log)
        self.log.forEach(from: compacted.revision + 1) { change in
            let entry = change.withKey { self.index.entry(of: $0) }
            let (place, found) = change.withKey { index.place(of: $0) }
            if found {
                index.append(change, at: place)
            } else {
                let position = entry?.position ?? 0
                let isInSource = entry?.isInSource ?? false
                index.insert(
                    OverlayIndex.Entry(newest: change, position: position, isInSource: isInSource),
                    at: place
                )
            }
            log.append(change)
            return true
        }
        self.index = index
        self.log = log
    }
}

extension OverlayIndex {
    /// Whether `change` is the newest of its key at a revision.
    func isNewest(_ change: Change, at revision: Int64) -> Bool {
        change.withKey { self.entry(of: $0)?.change(at: revision) === change }
    }
}

extension OverlayIndex.Entry {
    /// The entry without the changes that nobody can read any more; nil when the key is gone.
    ///
    /// A tombstone stays as long as it hides a key of the source.
    fileprivate func compacted(to revision: Int64) -> OverlayIndex.Entry? {
        if self.newest.revision.main <= revision {
            if self.newest.isTombstone, !self.isInSource { return nil }
            var entry = self
            entry.older = []
            return entry
        }
        guard let first = self.older.lastIndex(where: { $0.revision.main <= revision }) else { return self }
        var entry = self
        let isNeeded = !self.older[first].isTombstone || self.isInSource
        entry.older = Array(self.older[(isNeeded ? first : first + 1)...])
        return entry
    }
}
