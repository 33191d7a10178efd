import Bolt
public import Files

/// Every live key at one revision, each pointing at its record in the file.
///
/// Live means: the newest change of the key at or below the revision is not a tombstone. A snapshot
/// holds history, so the same key lies in it many times, deleted ones included.
public struct Keyspace: Sendable {
    /// The revision that is shown.
    public let revision: Int64
    /// The newest revision of the store.
    public let currentRevision: Int64
    /// The main revision of the last change that the file holds; 0 when it holds none.
    public let lastRevision: Int64
    /// The oldest revision that can be shown; 0 when the store was never compacted.
    public let compactRevision: Int64
    /// The file in which the records lie.
    public let file: MappedFile

    let entries: [KeyIndex.Entry]
    /// Whether the nameless record is there that a restore with a revision bump leaves.
    let hasBumpRecord: Bool

    /// Number of live keys; ``totalKeys`` also counts the record of a revision bump.
    public var count: Int { self.entries.count }

    /// What etcdutl 3.6 calls total keys.
    public var totalKeys: Int { self.entries.count + (self.hasBumpRecord ? 1 : 0) }
}

extension EtcdDatabase {
    /// Reads the keys that live at `revision`, or at the newest when it is absent.
    ///
    /// - Throws: `.compacted` or `.futureRevision` for a revision that cannot be shown;
    ///   `.badKeyValue` and what damaged pages throw.
    public func keyspace(at revision: Int64? = nil) throws(StorageError) -> Keyspace {
        try self.keyspace(at: revision, compactRevision: StoreFacts(reading: self).compactRevision)
    }

    func keyspace(at revision: Int64?, compactRevision: Int64) throws(StorageError) -> Keyspace {
        let last = try self.lastRevision()
        let current = max(1, compactRevision, last)
        let shown = revision ?? current
        guard shown <= current else {
            throw StorageError(.futureRevision(asked: shown, current: current), path: self.path)
        }
        guard shown >= compactRevision else {
            throw StorageError(.compacted(asked: shown, compactRevision: compactRevision), path: self.path)
        }
        var index = KeyIndex()
        try self.forEachRevision { (record, bytes) throws(StorageError) in
            guard record.revision.main <= shown else { return false }
            index.update(try self.entry(for: record, in: bytes), in: bytes)
            return true
        }
        try self.checkUnchanged()
        let live = index.entries.filter { !$0.isTombstone }
        let named = live.filter { $0.keyCount > 0 }
        return Keyspace(
            revision: shown,
            currentRevision: current,
            lastRevision: last,
            compactRevision: compactRevision,
            file: self.bolt.file,
            entries: named,
            hasBumpRecord: named.count < live.count
        )
    }

    /// The index entry for a record; reads the key's length and no further.
    func entry(for record: RevisionRecord, in bytes: RawSpan) throws(StorageError) -> KeyIndex.Entry {
        let message = record.pair.value
        var key = message.lowerBound..<message.lowerBound
        if !message.isEmpty {
            guard let found = KeyValue.leadingKey(reading: bytes, in: message) else {
                throw try self.broken(.badKeyValue(record.revision), on: record.page)
            }
            key = found
        }
        return KeyIndex.Entry(
            offset: record.pair.keyOffset,
            messageCount: UInt32(message.count),
            keyCount: UInt32(key.count),
            hash: 0,
            keyOffset: UInt8(key.lowerBound - message.lowerBound),
            isTombstone: record.revision.isTombstone
        )
    }
}
