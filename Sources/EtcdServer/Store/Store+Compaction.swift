import Synchronization

extension Store {
    /// Forgets what was overwritten or deleted at or before `revision`.
    ///
    /// Readers are refused at once; what nobody can read any more is then sorted out in a copy, beside
    /// which writers go on.
    ///
    /// - Throws: `.compacted`, `.futureRevision`, `.corrupt`.
    func compact(to revision: Int64) throws(EtcdError) {
        try self.compaction.withLock { _ throws(EtcdError) in
            let view = try self.writing { (state) throws(EtcdError) in
                try state.alarms.requireSound()
                if revision <= state.view.compactRevision { throw .compacted }
                if revision > state.view.revision { throw .futureRevision }
                state.view.compactRevision = revision
                state.view.isCompactedSinceOpen = true
                return state.view
            }
            guard revision > view.sourceRevision else { return }
            let compacted = view.compacted
            self.state.withLock { $0.view.adopt(compacted) }
        }
    }
}

extension RevisionView {
    /// The view without the changes that its last compaction has made unreadable.
    fileprivate var compacted: RevisionView {
        let revision = self.compactRevision
        var view = self
        // What was changed at the revision itself stays in the log: a watch may begin there.
        view.log.compact(upTo: revision) { change in
            change.modRevision == revision
                || !change.isTombstone && self.overlay.isNewest(change, at: revision)
        }
        view.overlay.compactMap { $0.compacted(to: revision) }
        return view
    }

    /// Takes over the overlay and the log of an earlier, since compacted view, and does again what came after it.
    fileprivate mutating func adopt(_ compacted: RevisionView) {
        var (overlay, log) = (compacted.overlay, compacted.log)
        self.log.forEach(from: compacted.revision + 1) { change in
            let entry = change.with(change.key) { self.overlay.entry(of: $0) }
            let (place, found) = change.with(change.key) { overlay.place(of: $0) }
            if found {
                overlay.append(change, at: place)
            } else {
                let position = entry?.position ?? 0
                let isInSource = entry?.isInSource ?? false
                overlay.insert(
                    OverlayIndex.Entry(newest: change, position: position, isInSource: isInSource),
                    at: place
                )
            }
            log.append(change)
            return true
        }
        self.overlay = overlay
        self.log = log
    }
}

extension OverlayIndex {
    /// Whether `change` is the newest of its key at a revision.
    func isNewest(_ change: Change, at revision: Int64) -> Bool {
        change.with(change.key) { self.entry(of: $0)?.change(at: revision) === change }
    }
}

extension OverlayIndex.Entry {
    /// The entry without the changes that nobody can read any more; nothing when the key is gone.
    ///
    /// A tombstone stays as long as it hides a key of the source.
    fileprivate func compacted(to revision: Int64) -> OverlayIndex.Entry? {
        if self.newest.modRevision <= revision {
            if self.newest.isTombstone, !self.isInSource { return nil }
            var entry = self
            entry.older = []
            return entry
        }
        guard let first = self.older.lastIndex(where: { $0.modRevision <= revision }) else { return self }
        var entry = self
        let isNeeded = !self.older[first].isTombstone || self.isInSource
        entry.older = Array(self.older[(isNeeded ? first : first + 1)...])
        return entry
    }
}
