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
        var sum = CRC32C()
        sum.update(Array(BucketName.key.rawValue.utf8))
        let compactRevision = keyspace.compactRevision
        let kept = compactRevision > 0 ? keyspace.recordOffsets(upTo: compactRevision) : []
        // etcd drops nothing when compaction would keep nothing at all.
        let drops = keyspace.totalKeys > 0
        try self.forEachPair(in: .key) { (pair, page, bytes) throws(StorageError) in
            guard let revision = RevisionKey(reading: bytes, in: pair.key) else {
                throw try self.broken(.badRevisionKey, on: page)
            }
            guard revision.main <= keyspace.revision else { return }
            let isDropped = revision.main <= compactRevision && drops && !kept.containsSorted(pair.keyOffset)
            if isDropped || revision.main == compactRevision && revision.isTombstone { return }
            sum.update(bytes.extracting(pair.keyOffset..<pair.end))
        }
        return sum.value
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
