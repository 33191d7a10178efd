import Bolt
import Files

extension EtcdDatabase {
    /// The hash that etcd's `HashKV` answers for `keyspace`'s revision.
    ///
    /// CRC-32C over the bucket's name, `key`, and then every change up to the revision, key and value.
    /// Of the changes at or below the compact revision only those count that compaction keeps: the
    /// newest state of a live key. It is the same on all members at one revision and compact revision.
    ///
    /// Source: etcd-io/etcd `server/storage/mvcc/hash.go`.
    ///
    /// - Throws: What ``keyspace(at:)`` throws.
    public func hashKV(of keyspace: Keyspace) throws(StorageError) -> UInt32 {
        try self.hashKV(
            at: keyspace.revision,
            compactRevision: keyspace.compactRevision,
            live: keyspace.entries,
            keyspace.bumpRecord
        )
    }

    /// The same for what one walk found.
    func hashKV(of live: LiveRecords) throws(StorageError) -> UInt32 {
        try self.hashKV(
            at: live.revision,
            compactRevision: live.compactRevision,
            live: live.entries,
            live.bumpRecord
        )
    }

    private func hashKV(
        at revision: Int64,
        compactRevision: Int64,
        live entries: [KeyIndex.Entry],
        _ bumpRecord: KeyIndex.Entry?
    ) throws(StorageError) -> UInt32 {
        // etcd drops nothing when compaction would keep nothing at all.
        let dropsNothing = compactRevision == 0 || entries.isEmpty && bumpRecord == nil
        var kept: [Int]?
        if !dropsNothing {
            let records = KeyRecords(of: self)
            var offsets = entries.filter { (records.revision(of: $0)?.main ?? .max) <= compactRevision }
                .map(\.offset)
            if let bumpRecord { offsets.append(bumpRecord.offset) }
            kept = offsets.sorted()
        }
        return try self.hashOfChanges(upTo: revision, compactRevision: compactRevision, keeping: kept).value
    }

    /// What `HashKV` sums up: bucket `key`'s name and every change up to `revision`.
    ///
    /// - Parameters:
    ///   - revision: The last main revision that counts.
    ///   - compactRevision: Up to here only what is kept counts, and no tombstone at it.
    ///   - kept: File offsets, ascending, of the records that are kept; nil when all are.
    /// - Returns: The CRC, on which what came after the file's last change can follow.
    /// - Throws: `.badRevisionKey` or `.bolt`.
    public func hashOfChanges(
        upTo revision: Int64,
        compactRevision: Int64,
        keeping kept: [Int]?
    ) throws(StorageError) -> CRC32C {
        let chunks = try LeafChunk.chunks(of: self).filter(\.isKeyBucket)
        let filter = ChangeFilter(revision: revision, compactRevision: compactRevision, kept: kept)
        let parts = try concurrently(count: chunks.count) { (index) throws(StorageError) in
            try chunks[index].hashKV(of: self, filter)
        }
        try self.checkUnchanged()
        return parts.reduce(into: CRC32C()) { sum, next in sum.append(next) }
    }
}

/// Which changes count for `HashKV`.
private struct ChangeFilter: Sendable {
    var revision: Int64
    var compactRevision: Int64
    var kept: [Int]?

    /// Whether the change of `revision`, which lies at file offset `offset`, counts.
    func counts(_ revision: RevisionKey, at offset: Int) -> Bool {
        guard revision.main <= self.revision else { return false }
        guard revision.main <= self.compactRevision else { return true }
        if revision.main == self.compactRevision, revision.isTombstone { return false }
        return self.kept?.containsSorted(offset) ?? true
    }
}

extension LeafChunk {
    /// The chunk's part of HashKV; the first chunk begins with the bucket's name.
    ///
    /// - Parameters:
    ///   - database: Where the chunk lies.
    ///   - filter: Which changes count.
    /// - Returns: The CRC of what counts.
    /// - Throws: `.badRevisionKey` or `.bolt`.
    fileprivate func hashKV(
        of database: EtcdDatabase,
        _ filter: ChangeFilter
    ) throws(StorageError) -> CRC32C {
        var sum = CRC32C()
        if self.isFirst { sum.update(self.bucket.name) }
        try database.bolt.file.withBytes { (bytes) throws(StorageError) in
            for index in self.range {
                let leaf = try database.reading { () throws(BoltError) in
                    try self.leaves.leaf(at: index, of: database.bolt, in: bytes)
                }
                var pairs = leaf.pairs
                while let pair = try database.reading({ () throws(BoltError) in try pairs.next(in: bytes) }) {
                    guard let revision = RevisionKey(reading: bytes, in: pair.key) else {
                        throw try database.broken(.badRevisionKey, on: leaf.page)
                    }
                    guard filter.counts(revision, at: pair.keyOffset) else { continue }
                    sum.update(bytes.extracting(pair.keyOffset..<pair.end))
                }
            }
        }
        return sum
    }
}

extension [Int] {
    /// Whether an ascending array holds `wanted`.
    public func containsSorted(_ wanted: Int) -> Bool {
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < self.count && self[low] == wanted
    }
}
