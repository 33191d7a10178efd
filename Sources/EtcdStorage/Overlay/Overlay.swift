import Bolt

/// Revisions over a source that is never written: etcd's multi-version store in memory.
///
/// A source is a snapshot or a stopped member's database; without one the store begins empty. What is put
/// and deleted lives beside it, each change with its revision. A copy costs next to nothing and stays as it
/// is while the original goes on, so that a reader takes a copy, or a ``RevisionView``, and keeps no writer
/// waiting. There is no clock and no I/O in here, but for what is read of the mapped source.
///
/// ``put(_:_:lease:)`` and ``delete(_:)`` add to the revision that comes next, and ``commit()`` ends it.
///
/// Source: etcd-io/etcd `server/storage/mvcc/kvstore_txn.go`.
public struct Overlay: Sendable {
    /// What lies below; nil for a store that began empty.
    public let source: OverlaySource?
    var index: OverlayIndex
    var log: ChangeLog
    /// The newest revision; 1 when nothing was ever written.
    public private(set) var revision: Int64
    /// The revision of the last compaction; -1 when there was none.
    public internal(set) var compactRevision: Int64
    /// Whether the source's records up to ``compactRevision`` are compacted by this overlay alone.
    public internal(set) var isCompactedSinceOpen = false
    /// Changes of the revision that comes next.
    private var pendingCount: Int64 = 0

    /// An overlay without changes.
    public init(over source: OverlaySource? = nil) {
        self.init(over: source, index: OverlayIndex(), log: ChangeLog())
    }

    init(over source: OverlaySource?, index: OverlayIndex, log: ChangeLog) {
        self.source = source
        self.index = index
        self.log = log
        self.revision = source?.revision ?? 1
        self.compactRevision = source?.compactRevision ?? -1
    }

    /// The newest revision of the source, 0 without one; the changes are all above it.
    public var sourceRevision: Int64 { self.source?.revision ?? 0 }

    /// The revision that a read sees: the one that comes next when it has changes already.
    public var readRevision: Int64 { self.revision + (self.pendingCount > 0 ? 1 : 0) }

    /// What the changes take in memory, about, in bytes.
    public var byteCount: Int { self.log.byteCount }

    /// The source's file and the changes, in bytes.
    public var totalByteCount: Int { (self.source?.database.bolt.databaseByteCount ?? 0) + self.byteCount }

    /// The error for something of the store as a whole.
    func error(_ reason: StorageError.Reason) -> StorageError {
        StorageError(reason, path: self.source?.database.path ?? "a store in memory")
    }
}

extension Overlay {
    /// Writes a key.
    ///
    /// - Returns: What the key was before; nil when it did not live.
    /// - Throws: `.badKeyValue` when the source's record of the key is damaged; nothing is changed then.
    @discardableResult
    public mutating func put(
        _ key: [UInt8],
        _ value: RawSpan,
        lease: Int64 = 0
    ) throws(StorageError) -> StoredRecord? {
        let (place, found) = self.index.place(of: key.span.bytes)
        let (previous, position) = try self.newest(key, at: found ? place : nil)
        let revision = self.nextRevision
        let metadata = KeyMetadata(
            createRevision: previous?.metadata.createRevision ?? revision.main,
            modRevision: revision.main,
            version: (previous?.metadata.version ?? 0) &+ 1,
            lease: lease
        )
        let change = Change(at: revision, key: key.span.bytes, value: value, metadata)
        self.apply(change, at: place, found: found, position)
        return previous
    }

    /// Deletes the keys of `range` that live.
    ///
    /// - Returns: The keys, in order.
    @discardableResult
    public mutating func delete(_ range: KeyRange) -> [[UInt8]] {
        let keys = self.liveKeys(in: range)
        for key in keys {
            let (place, found) = self.index.place(of: key.span.bytes)
            let position = found ? nil : self.source?.keys.position(of: key.span.bytes)
            let change = Change(deleting: key.span.bytes, at: self.nextRevision)
            self.apply(change, at: place, found: found, position)
        }
        return keys
    }

    /// Ends the revision that comes next, if it has changes: it is the newest now.
    public mutating func commit() {
        if self.pendingCount > 0 { self.revision += 1 }
        self.pendingCount = 0
    }

    /// The revision key of the next change.
    private var nextRevision: RevisionKey { RevisionKey(main: self.revision + 1, sub: self.pendingCount) }

    private mutating func apply(
        _ change: Change,
        at place: OverlayIndex.Place,
        found: Bool,
        _ position: (position: Int, found: Bool)?
    ) {
        if found {
            self.index.append(change, at: place)
        } else {
            let entry = OverlayIndex.Entry(
                newest: change,
                position: position?.position ?? 0,
                isInSource: position?.found ?? false
            )
            self.index.insert(entry, at: place)
        }
        self.log.append(change)
        self.pendingCount += 1
    }

    /// The newest state of a key, with its place among the source's keys when the index has none.
    private func newest(
        _ key: [UInt8],
        at place: OverlayIndex.Place?
    ) throws(StorageError) -> (record: StoredRecord?, position: (position: Int, found: Bool)?) {
        if let place {
            let change = self.index[place].newest
            return (change.isTombstone ? nil : StoredRecord(change), nil)
        }
        guard let source = self.source else { return (nil, nil) }
        let position = source.keys.position(of: key.span.bytes)
        return (position.found ? try source.record(of: source.keys[position.position]) : nil, position)
    }

    /// A copy of every key in `range` that lives, in order.
    private func liveKeys(in range: KeyRange) -> [[UInt8]] {
        let view = self.newestView
        var keys: [[UInt8]] = []
        view.walk(range) { location in
            keys.append(view.key(at: location))
            return true
        }
        return keys
    }
}
