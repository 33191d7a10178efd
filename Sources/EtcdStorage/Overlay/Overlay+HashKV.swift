extension Overlay {
    /// The CRC-32C of bucket `key`'s name and every change up to a revision, as etcd computes it.
    ///
    /// Of the changes at or before the last compaction only those count that are still the newest of their
    /// key at `revision`; when no key lives then, those that were when it was compacted.
    ///
    /// Source: etcd-io/etcd `server/mvcc/kvstore.go`, `HashByRev`.
    ///
    /// - Parameter asked: The revision; 0 means the newest.
    /// - Returns: The hash.
    /// - Throws: `.compacted` for a revision at or below the last compaction, `.futureRevision`; damage in
    ///   the source.
    public func hashKV(at asked: Int64 = 0) throws(StorageError) -> UInt32 {
        if asked > 0, asked <= self.compactRevision {
            throw self.error(.compacted(asked: asked, compactRevision: self.compactRevision))
        }
        if asked > self.revision {
            throw self.error(.futureRevision(asked: asked, current: self.revision))
        }
        let revision = asked == 0 ? self.revision : asked
        let newestAt = try self.liveRevision(at: revision)
        var sum = CRC32C()
        if let source = self.source {
            let kept = self.compactRevision > 0 ? try self.keptRecords(of: source, at: newestAt) : nil
            sum = try source.database.hashOfChanges(
                upTo: revision,
                compactRevision: self.compactRevision,
                keeping: kept
            )
        } else {
            sum.update(BucketName.key.bytes)
        }
        self.log.forEach { change in
            guard change.revision.main <= revision else { return false }
            if self.outlivesCompaction(change, at: newestAt) {
                sum.update(change.revision.bytes)
                change.withMessage { sum.update($0) }
            }
            return true
        }
        return sum.value
    }

    /// The revision itself when keys live at it, else that of the last compaction.
    private func liveRevision(at revision: Int64) throws(StorageError) -> Int64 {
        guard self.compactRevision > 0 else { return revision }
        if self.source?.keys.bumpRecord != nil { return revision }
        let count = try self.view(at: max(revision, self.compactRevision)).count(in: .all)
        return count > 0 ? max(revision, self.compactRevision) : self.compactRevision
    }
}
