import Bolt
import Files

/// What one chunk of bucket `key` holds: an index entry for each change, in order of revision.
struct RevisionChunk: Sendable {
    private(set) var entries: [KeyIndex.Entry] = []
    /// The first and the last change, whether or not they are among the entries.
    private(set) var first: RevisionRecord?
    private(set) var last: RevisionRecord?
    /// The CRC of the chunk's bytes, when it was asked for.
    private(set) var hash = CRC32C()
    /// Keys that are no revision, which are left out.
    private(set) var malformedKeys = MalformedKeys()
    /// What was noted of the leaves' structure, with the hash.
    private(set) var walk = LeafWalk()

    /// Reads a chunk, each leaf once: its elements, the keys and sizes of its records, and for the hash all.
    ///
    /// - Throws: `.revisionOutOfOrder`, `.badKeyValue` or `.bolt`.
    init(
        reading chunk: LeafChunk,
        of database: EtcdDatabase,
        upTo revision: Int64,
        hashing: Bool
    ) throws(StorageError) {
        if hashing, chunk.isFirst { self.hash.update(chunk.bucket.name) }
        try database.bolt.file.withBytes { (bytes) throws(StorageError) in
            for index in chunk.range {
                let leaf = try database.reading { () throws(BoltError) in
                    try chunk.leaves.leaf(at: index, of: database.bolt, in: bytes)
                }
                if hashing { self.walk.note(leaf, at: index, of: chunk.leaves, in: bytes) }
                try self.read(leaf, of: database, upTo: revision, hashing: hashing, in: bytes)
            }
        }
    }

    private mutating func read(
        _ leaf: LeafPage,
        of database: EtcdDatabase,
        upTo revision: Int64,
        hashing: Bool,
        in bytes: RawSpan
    ) throws(StorageError) {
        // The hash reads the leaf from end to end, which memory serves faster than the hops from record
        // to record; those then find it in the cache.
        if hashing, let extent = try database.reading({ () throws(BoltError) in try leaf.extent(in: bytes) })
        {
            self.hash.update(bytes.extracting(extent))
        }
        var pairs = leaf.pairs
        while let pair = try database.reading({ () throws(BoltError) in try pairs.next(in: bytes) }) {
            guard !pair.isBucket, let key = RevisionKey(reading: bytes, in: pair.key) else {
                self.malformedKeys.add(page: leaf.page)
                continue
            }
            let record = RevisionRecord(revision: key, pair: pair, page: leaf.page)
            try database.requireOrder(self.last, record)
            self.first = self.first ?? record
            self.last = record
            guard key.main <= revision else { continue }
            self.entries.append(try database.entry(for: record, in: bytes))
        }
    }
}

extension EtcdDatabase {
    /// Throws unless `record` comes after the one before it.
    func requireOrder(_ previous: RevisionRecord?, _ record: RevisionRecord) throws(StorageError) {
        if let previous, previous.revision >= record.revision {
            throw try self.broken(.revisionOutOfOrder(record.revision), on: record.page)
        }
    }

    /// The index entry for a record; reads the key and the sizes, and never the value.
    func entry(for record: RevisionRecord, in bytes: RawSpan) throws(StorageError) -> KeyIndex.Entry {
        try self.headed(record, in: bytes).entry
    }

    /// The same, with the version that the record says.
    func headed(
        _ record: RevisionRecord,
        in bytes: RawSpan
    ) throws(StorageError) -> (entry: KeyIndex.Entry, version: Int64) {
        let message = record.pair.value
        guard let head = KeyValueHead(reading: bytes, in: message),
            let messageCount = UInt32(exactly: message.count)
        else { throw try self.broken(.badKeyValue(record.revision), on: record.page) }
        let entry = KeyIndex.Entry(
            offset: record.pair.keyOffset,
            messageCount: messageCount,
            keyCount: UInt32(head.key.count),
            valueCount: UInt32(head.valueCount),
            hash: KeyIndex.hash(of: head.key, in: bytes),
            keyOffset: UInt8(truncatingIfNeeded: head.key.lowerBound - message.lowerBound),
            isTombstone: record.revision.isTombstone,
            hasTail: head.hasTail
        )
        return (entry, head.version)
    }
}
