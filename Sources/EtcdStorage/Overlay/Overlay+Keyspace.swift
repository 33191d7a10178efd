extension Overlay {
    /// The keys that live at a revision, or now when it is nil, as a ``Keyspace`` that stays as it is.
    ///
    /// - Throws: What ``view(at:)`` throws.
    public func keyspace(at revision: Int64? = nil) throws(StorageError) -> Keyspace {
        let view = try self.view(at: revision)
        var entries: [KeyIndex.Entry] = []
        var changes: [Change] = []
        entries.reserveCapacity(view.count(in: .all))
        view.walk(.all) { location in
            switch location.place {
            case .source(let key): entries.append(key.entry)
            case .change(let change):
                entries.append(
                    KeyIndex.Entry(
                        offset: changes.count,
                        change.keyValue,
                        messageCount: change.messageByteCount,
                        isChange: true
                    )
                )
                changes.append(change)
            }
            return true
        }
        let isWritten = self.readRevision > (self.source?.revision ?? 1)
        let live = LiveRecords(
            revision: view.revision,
            currentRevision: self.readRevision,
            lastRevision: isWritten ? self.readRevision : self.source?.keys.lastRevision ?? 0,
            compactRevision: max(0, self.compactRevision),
            entries: consume entries,
            bumpRecord: self.source?.keys.bumpRecord
        )
        return Keyspace(consume live, in: KeyRecords(of: self.source?.database, changes: changes))
    }
}
