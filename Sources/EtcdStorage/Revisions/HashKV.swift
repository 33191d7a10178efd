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
        // etcd drops nothing when compaction would keep nothing at all.
        let dropsNothing = keyspace.compactRevision == 0 || keyspace.totalKeys == 0
        let kept = dropsNothing ? nil : keyspace.recordOffsets(upTo: keyspace.compactRevision)
        return try self.hashOfChanges(
            upTo: keyspace.revision,
            compactRevision: keyspace.compactRevision,
            keeping: kept
        ).value
    }

    /// What `HashKV` sums up: bucket `key`'s name and every change up to `revision`.
    ///
    /// - Parameters:
    ///   - revision: The last main revision that counts.
    ///   - compactRevision: Up to here only what is kept counts, and no tombstone at it.
    ///   - kept: File offsets, ascending, of the records that are kept; absent when all are.
    /// - Returns: The CRC, on which what came after the file's last change can follow.
    /// - Throws: `.badRevisionKey` or `.bolt`.
    public func hashOfChanges(
        upTo revision: Int64,
        compactRevision: Int64,
        keeping kept: [Int]?
    ) throws(StorageError) -> CRC32C {
        let shares = try LeafChunk.shares(of: self).filter(\.isKeyBucket)
        let filter = ChangeFilter(revision: revision, compactRevision: compactRevision, kept: kept)
        let parts = try concurrently(count: shares.count) { (index) throws(StorageError) in
            try shares[index].hashKV(of: self, filter)
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
    /// The share's part of HashKV; the first share begins with the bucket's name.
    ///
    /// - Parameters:
    ///   - database: Where the share lies.
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

extension Keyspace {
    /// File offsets, ascending, of the records of live keys and of a revision bump; those above `main`
    /// may be missing.
    fileprivate func recordOffsets(upTo main: Int64) -> [Int] {
        var offsets: [Int] = []
        offsets.reserveCapacity(self.count)
        self.forEach { key, bytes in
            guard let revision = key.revision(in: bytes), revision.main <= main else { return }
            offsets.append(key.entry.offset)
        }
        if let bump = self.bumpRecord { offsets.append(bump.offset) }
        offsets.sort()
        return offsets
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
