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
        let kept = keyspace.compactRevision > 0 ? keyspace.recordOffsets(upTo: keyspace.compactRevision) : []
        let shares = try LeafShare.shares(of: self).filter(\.isKeyBucket)
        let parts = try concurrently(count: shares.count) { (index) throws(StorageError) in
            try shares[index].hashKV(of: self, keyspace, kept)
        }
        try self.checkUnchanged()
        return parts.reduce(into: CRC32C()) { sum, next in sum.append(next) }.value
    }
}

extension LeafShare {
    /// The share's part of HashKV; the first share begins with the bucket's name.
    ///
    /// - Parameters:
    ///   - database: Where the share lies.
    ///   - keyspace: Says up to which revision, and what is compacted.
    ///   - kept: File offsets, ascending, of the records that compaction keeps.
    /// - Returns: The CRC of what counts.
    /// - Throws: `.badRevisionKey` or `.bolt`.
    fileprivate func hashKV(
        of database: EtcdDatabase,
        _ keyspace: Keyspace,
        _ kept: [Int]
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
                    guard keyspace.counts(revision, at: pair.keyOffset, kept) else { continue }
                    sum.update(bytes.extracting(pair.keyOffset..<pair.end))
                }
            }
        }
        return sum
    }
}

extension Keyspace {
    /// Whether HashKV covers the change of `revision`, which lies at file offset `offset`.
    fileprivate func counts(_ revision: RevisionKey, at offset: Int, _ kept: [Int]) -> Bool {
        guard revision.main <= self.revision else { return false }
        guard revision.main <= self.compactRevision else { return true }
        if revision.main == self.compactRevision, revision.isTombstone { return false }
        // etcd drops nothing when compaction would keep nothing at all.
        return self.totalKeys == 0 || kept.containsSorted(offset)
    }

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
    fileprivate func containsSorted(_ wanted: Int) -> Bool {
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < self.count && self[low] == wanted
    }
}
