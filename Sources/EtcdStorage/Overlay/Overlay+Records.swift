import Bolt
import Files

/// One change of an ``Overlay`` in order of revision, a put or a tombstone.
public struct StoredChange: Sendable {
    public let revision: RevisionKey
    let place: Place

    enum Place {
        case source(RevisionRecord)
        case change(Change)
    }

    public var isTombstone: Bool { self.revision.isTombstone }

    /// Where the KeyValue message lies in the bytes that come with the change.
    public var message: Range<Int> {
        switch self.place {
        case .source(let record): record.pair.value
        case .change(let change): 0..<change.messageByteCount
        }
    }
}

/// Changes and records, from one revision to another.
extension Overlay {
    /// Calls `body` with each change of revision `first` and later ones, in order, until it returns false.
    ///
    /// With each come the bytes in which its ``StoredChange/message`` lies: the source's whole file, or the
    /// message itself.
    ///
    /// - Throws: `.compacted` when `first` is below ``compactRevision``; damage in the source; what `body`
    ///   throws.
    public func forEachChange(
        from first: Int64,
        _ body: (StoredChange, RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) {
        if first < self.compactRevision {
            throw self.error(.compacted(asked: first, compactRevision: self.compactRevision))
        }
        var goesOn = true
        if let source = self.source, first <= self.sourceRevision {
            try source.records.forEach(from: first) { (record, bytes) throws(StorageError) in
                let change = StoredChange(revision: record.revision, place: .source(record))
                goesOn = try body(change, bytes)
                return goesOn
            }
            try source.database.checkUnchanged()
        }
        guard goesOn else { return }
        try self.log.forEach(from: first) { (change) throws(StorageError) in
            let stored = StoredChange(revision: change.revision, place: .change(change))
            return try change.withMessage { (message) throws(StorageError) in try body(stored, message) }
        }
    }

    /// The parts of a change's message.
    ///
    /// - Throws: `.badKeyValue` when it is damaged.
    public func keyValue(of change: StoredChange, in bytes: RawSpan) throws(StorageError) -> KeyValue {
        switch change.place {
        case .change(let change): return change.keyValue
        case .source(let record):
            guard let keyValue = KeyValue(reading: bytes, in: record.pair.value) else {
                var error = self.error(.badKeyValue(record.revision))
                error.page = record.page
                throw error
            }
            return keyValue
        }
    }

    /// A copy of the message that a change's key had in the revision before; nil when the key did not live
    /// then, or when that revision is compacted.
    public func previousMessage(
        of change: StoredChange,
        _ keyValue: KeyValue,
        in bytes: RawSpan
    ) throws(StorageError) -> [UInt8]? {
        let main = change.revision.main
        if !change.isTombstone, keyValue.metadata.createRevision == main { return nil }
        guard main > self.compactRevision else { return nil }
        switch change.place {
        case .source(let record):
            return try self.source?.previousRecords()[record].map { bytes.copy($0) }
        case .change:
            guard main > 1 else { return nil }
            let view = try self.view(at: main - 1)
            guard let record = try view.record(of: bytes.extracting(keyValue.key)) else { return nil }
            var copy: [UInt8]?
            view.forEach([record.message]) { copy = $0.copy(0..<$0.byteCount) }
            return copy
        }
    }

    /// Whether ``previousMessage(of:_:in:)`` would read the whole source for a change of revision `first` or a later
    /// one, which it does once.
    public func lacksPreviousMessages(from first: Int64) -> Bool {
        guard let source = self.source, first <= self.sourceRevision else { return false }
        return source.lacksPreviousRecords
    }

    /// Reads the whole source, unless that was done, for what its keys were before each change.
    ///
    /// - Throws: Damage in the source.
    public func findPreviousMessages() throws(StorageError) {
        _ = try self.source?.previousRecords()
    }

    /// A database of this moment: the source without the records that are compacted, then the changes.
    ///
    /// What the source's own compaction was to drop stays, as etcd itself drops it later. The small buckets
    /// are the source's.
    ///
    /// - Returns: The image, which does not change with the overlay.
    /// - Throws: Damage in the source.
    public func image() throws(StorageError) -> DatabaseImage {
        var image = DatabaseImage(source: self.source?.database)
        if let source, self.isCompactedSinceOpen {
            let compacted = self.compactRevision
            let kept = try self.keptRecords(of: source, at: compacted)
            image.filter = { (record, _) in
                let isKept = record.revision.main > compacted || kept.containsSorted(record.pair.keyOffset)
                return isKept ? .keep : .drop
            }
        }
        image.appendedRecords = { (append) throws(StorageError) in
            try self.log.forEach { (change) throws(StorageError) in
                guard self.outlivesCompaction(change, at: self.compactRevision) else { return true }
                try change.withMessage { (message) throws(StorageError) in
                    try append(change.revision, message)
                }
                return true
            }
        }
        return image
    }

    /// Whether a change is still there after the last compaction.
    ///
    /// - Parameters:
    ///   - change: One of the log.
    ///   - revision: Of the changes that are compacted, those count that are the newest of their key here.
    /// - Returns: False for what a compaction drops.
    func outlivesCompaction(_ change: Change, at revision: Int64) -> Bool {
        change.revision.main > self.compactRevision
            || !change.isTombstone && self.index.isNewest(change, at: revision)
    }

    /// File offsets, ascending, of the source's records that live at a revision.
    func keptRecords(of source: OverlaySource, at revision: Int64) throws(StorageError) -> [Int] {
        let keys = try source.keys(at: revision)
        var isHidden: Set<Int> = []
        if revision > source.revision {
            self.index.forEach { entry in
                if entry.isInSource, entry.change(at: revision) != nil { isHidden.insert(entry.position) }
            }
        }
        var offsets: [Int] = []
        offsets.reserveCapacity(keys.count + 1)
        for position in 0..<keys.count where !isHidden.contains(position) {
            offsets.append(keys.entries[position].offset)
        }
        if let bump = keys.bumpRecord { offsets.append(bump.offset) }
        offsets.sort()
        return offsets
    }
}
