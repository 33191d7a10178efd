/// Every live key at one revision, in order of their bytes, each pointing at its record where that lies.
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
    /// What is left out, since it has no revision.
    public let malformedKeys: MalformedKeys
    /// The directories of the keys, in order.
    public let directories: [KeyDirectory]

    let records: KeyRecords
    /// In order of the keys.
    let entries: [KeyIndex.Entry]
    /// The nameless record that a restore with a revision bump leaves.
    let bumpRecord: KeyIndex.Entry?

    /// Number of live keys; ``totalKeys`` also counts the record of a revision bump.
    public var count: Int { self.entries.count }

    /// What etcdutl 3.6 calls total keys.
    public var totalKeys: Int { self.entries.count + (self.bumpRecord == nil ? 0 : 1) }

    /// Puts the keys of `live` in order.
    init(_ live: consuming LiveRecords, in records: KeyRecords) {
        var entries = live.takeEntries()
        let sorted = KeySort(entries, in: records)
        entries.arrange(by: sorted.order)
        self.revision = live.revision
        self.currentRevision = live.currentRevision
        self.lastRevision = live.lastRevision
        self.compactRevision = live.compactRevision
        self.malformedKeys = live.malformedKeys
        self.directories = sorted.directories
        self.records = records
        self.entries = entries
        self.bumpRecord = live.bumpRecord
    }
}

extension EtcdDatabase {
    /// Reads the keys that live at `revision`, or at the newest when it is nil.
    ///
    /// - Throws: `.compacted` or `.futureRevision` for a revision that cannot be shown;
    ///   `.badKeyValue` and what damaged pages throw.
    public func keyspace(at revision: Int64? = nil) throws(StorageError) -> Keyspace {
        let live = try self.liveRecords(at: revision, hashing: false).live
        let keyspace = Keyspace(consume live, in: KeyRecords(of: self))
        try self.checkUnchanged()
        return keyspace
    }

    /// The keys that live at the newest revision, found by a check of this database.
    ///
    /// A check that found nothing has read every record and noted the newest of each key, from the same bytes and by
    /// the same rules as ``keyspace(at:)`` reads them; they have only to be put in order.
    ///
    /// - Parameter check: Of this database. Where something was found, the records are read again.
    /// - Returns: As ``keyspace(at:)`` of the newest revision.
    /// - Throws: What ``keyspace(at:)`` throws.
    public func keyspace(foundBy check: StorageCheck) throws(StorageError) -> Keyspace {
        guard let live = check.live else { return try self.keyspace() }
        let keyspace = Keyspace(live, in: KeyRecords(of: self))
        try self.checkUnchanged()
        return keyspace
    }
}
