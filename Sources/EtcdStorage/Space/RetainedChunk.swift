import Bolt
import Files

/// What one chunk of a bucket holds, for the account of a database's space.
struct RetainedChunk: Sendable {
    /// A record of a key, as far as the account needs it.
    struct Record {
        var entry: KeyIndex.Entry
        /// The version that it says, or the highest that fits.
        var version: UInt32

        /// Revision and message, in bytes.
        var byteCount: Int { self.entry.recordByteCount }
    }

    /// In order of revision; none in other buckets than `key`.
    private(set) var records: [Record] = []
    /// How many of the records come first and are at or below the compact revision.
    private(set) var compactedCount = 0
    private(set) var first: RevisionRecord?
    private(set) var last: RevisionRecord?
    /// Pairs that are no key's record, in bytes.
    private(set) var otherByteCount = 0
    /// Keys of bucket `key` that are no revision.
    private(set) var malformedKeys = MalformedKeys()
    /// The leaves.
    private(set) var pages = PageSpace()
    /// What was noted of the leaves' structure.
    private(set) var walk = LeafWalk()

    /// Takes the records away.
    mutating func takeRecords() -> [Record] {
        defer { self.records = [] }
        return self.records
    }

    /// Reads a chunk, each leaf once: its elements, and of records the keys and sizes.
    ///
    /// - Throws: `.revisionOutOfOrder`, `.badKeyValue` or `.bolt`.
    init(
        reading chunk: LeafChunk,
        of database: EtcdDatabase,
        compactRevision: Int64
    ) throws(StorageError) {
        try database.bolt.file.withBytes { (bytes) throws(StorageError) in
            self.records.reserveCapacity(chunk.isKeyBucket ? chunk.pairCount(of: database, in: bytes) : 0)
            for index in chunk.range {
                let leaf = try database.reading { () throws(BoltError) in
                    try chunk.leaves.leaf(at: index, of: database.bolt, in: bytes)
                }
                self.walk.note(leaf, at: index, of: chunk.leaves, in: bytes)
                self.pages.add(chunk.leaves.space(of: leaf, pageSize: database.bolt.pageSize))
                var pairs = leaf.pairs
                while let pair = try database.reading({ () throws(BoltError) in try pairs.next(in: bytes) }) {
                    guard chunk.isKeyBucket else {
                        self.otherByteCount += pair.keyCount + pair.valueCount
                        continue
                    }
                    try self.add(pair, on: leaf, of: database, compactRevision: compactRevision, in: bytes)
                }
            }
        }
    }

    private mutating func add(
        _ pair: Pair,
        on leaf: LeafPage,
        of database: EtcdDatabase,
        compactRevision: Int64,
        in bytes: RawSpan
    ) throws(StorageError) {
        guard !pair.isBucket, let key = RevisionKey(reading: bytes, in: pair.key) else {
            self.malformedKeys.add(page: leaf.page)
            self.otherByteCount += pair.keyCount + pair.valueCount
            return
        }
        let record = RevisionRecord(revision: key, pair: pair, page: leaf.page)
        try database.requireOrder(self.last, record)
        self.first = self.first ?? record
        self.last = record
        let (entry, version) = try database.headed(record, in: bytes)
        guard entry.keyCount > 0 else {
            self.otherByteCount += entry.recordByteCount
            return
        }
        if key.main <= compactRevision { self.compactedCount += 1 }
        self.records.append(Record(entry: entry, version: UInt32(clamping: version)))
    }
}

extension LeafChunk {
    /// How many pairs the leaves say they have; a leaf that cannot be read counts none.
    fileprivate func pairCount(of database: EtcdDatabase, in bytes: RawSpan) -> Int {
        self.range.reduce(0) { count, index in
            count + ((try? self.leaves.leaf(at: index, of: database.bolt, in: bytes))?.count ?? 0)
        }
    }
}

extension KeyIndex.Entry {
    /// Revision and message, in bytes.
    var recordByteCount: Int {
        let revision = self.isTombstone ? RevisionKey.tombstoneByteCount : RevisionKey.byteCount
        return revision + Int(self.messageCount)
    }
}
