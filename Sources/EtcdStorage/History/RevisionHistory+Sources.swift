import Bolt

extension RevisionHistory {
    /// The changes of a database: its records are read once, on all processors, and no value among them.
    ///
    /// - Throws: `.noKeyBucket`; `.revisionOutOfOrder`, `.badKeyValue` and what damaged pages throw.
    public init(of database: EtcdDatabase) throws(StorageError) {
        let (entries, malformedKeys) = try database.changes()
        let compactRevision = try StoreFacts(reading: database).compactRevision
        let last = try database.lastReadableRevision()
        try database.checkUnchanged()
        self.init(
            entries,
            in: KeyRecords(of: database),
            revision: max(1, compactRevision, last),
            compactRevision: compactRevision,
            malformedKeys: malformedKeys
        )
    }

    /// The changes of a source and those over it.
    ///
    /// A compaction at a revision of the source leaves the source as it is, so that what it drops is still there. One
    /// above the source has dropped changes from the overlay, and its gap is where the history begins.
    ///
    /// - Throws: As of a database.
    public init(of overlay: Overlay) throws(StorageError) {
        let (entries, malformedKeys) = try overlay.source?.database.changes() ?? ([], MalformedKeys())
        var all = entries
        var changes: [Change] = []
        overlay.log.forEach { change in
            all.append(KeyIndex.Entry(of: change, at: changes.count))
            changes.append(change)
            return true
        }
        try overlay.source?.database.checkUnchanged()
        self.init(
            all,
            in: KeyRecords(of: overlay.source?.database, changes: changes),
            revision: overlay.readRevision,
            compactRevision: overlay.retainedCompactRevision,
            malformedKeys: malformedKeys
        )
    }
}

extension Overlay {
    /// The compaction above which no change of the source and of the overlay is missing; 0 for none.
    fileprivate var retainedCompactRevision: Int64 {
        let isInSource = self.compactRevision <= self.sourceRevision
        return max(0, isInSource ? self.source?.compactRevision ?? 0 : self.compactRevision)
    }
}

extension EtcdDatabase {
    /// All changes, in order of revision, and what is left out.
    fileprivate func changes() throws(StorageError) -> (entries: [KeyIndex.Entry], MalformedKeys) {
        let chunks = try LeafChunk.chunks(of: self).filter(\.isKeyBucket)
        guard !chunks.isEmpty else { throw StorageError(.noKeyBucket, path: self.path) }
        let parts = try concurrently(count: chunks.count) { (index) throws(StorageError) in
            try RevisionChunk(reading: chunks[index], of: self, upTo: .max, hashing: false)
        }
        var entries: [KeyIndex.Entry] = []
        entries.reserveCapacity(parts.reduce(0) { $0 + $1.entries.count })
        var malformedKeys = MalformedKeys()
        var last: RevisionRecord?
        for part in parts {
            if let first = part.first { try self.requireOrder(last, first) }
            last = part.last ?? last
            entries += part.entries
            malformedKeys.append(part.malformedKeys)
        }
        return (entries, malformedKeys)
    }
}

extension KeyIndex.Entry {
    /// The entry of a change in memory, put or tombstone.
    fileprivate init(of change: Change, at index: Int) {
        self.init(offset: index, change.keyValue, messageCount: change.message.count, isChange: true)
        self.isTombstone = change.isTombstone
        let message = change.message
        self.hash = KeyIndex.hash(of: change.keyValue.key, in: message.span.bytes)
    }
}
