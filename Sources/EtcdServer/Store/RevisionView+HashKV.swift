import EtcdRPC
import EtcdStorage

extension RevisionView {
    /// The CRC-32C of bucket `key`'s name and every change up to a revision, as etcd computes it.
    ///
    /// Of the changes at or before the last compaction only those count that are still the newest of their
    /// key at `revision`; when no key lives then, those that were when it was compacted.
    ///
    /// Source: etcd-io/etcd `server/mvcc/kvstore.go`, `HashByRev`.
    ///
    /// - Throws: `.compacted` for a revision at or below the last compaction, `.futureRevision`, `.corrupt`.
    func hashKV(at asked: Int64) throws(EtcdError) -> UInt32 {
        if asked > 0, asked <= self.compactRevision { throw .compacted }
        if asked > self.revision { throw .futureRevision }
        let revision = asked == 0 ? self.revision : asked
        let newestAt = try self.liveRevision(at: revision)
        var sum = CRC32C()
        if let source = self.source {
            let kept = self.compactRevision > 0 ? try self.keptRecords(source, at: newestAt) : nil
            sum = try source.reading { () throws(StorageError) in
                try source.database.hashOfChanges(
                    upTo: revision,
                    compactRevision: self.compactRevision,
                    keeping: kept
                )
            }
        } else {
            sum.update(Array(BucketName.key.rawValue.utf8))
        }
        self.log.forEach { change in
            guard change.modRevision <= revision else { return false }
            if self.outlivesCompaction(change, at: newestAt) {
                sum.update(change.revision.bytes)
                sum.update(change.record)
            }
            return true
        }
        return sum.value
    }

    /// The revision itself when keys live at it, else that of the last compaction.
    private func liveRevision(at revision: Int64) throws(EtcdError) -> Int64 {
        guard self.compactRevision > 0 else { return revision }
        if let bump = self.source?.keys.bumpRecordOffset, bump > 0 { return revision }
        let everything = KeyInterval([], [0])
        let count = try self.count(in: everything, at: max(revision, self.compactRevision))
        return count > 0 ? max(revision, self.compactRevision) : self.compactRevision
    }

    /// Whether a change is still there after the last compaction.
    ///
    /// - Parameters:
    ///   - change: One of the log.
    ///   - revision: Of the changes that are compacted, those count that are the newest of their key here.
    /// - Returns: False for what a compaction drops.
    func outlivesCompaction(_ change: Change, at revision: Int64) -> Bool {
        change.modRevision > self.compactRevision
            || !change.isTombstone && self.overlay.isNewest(change, at: revision)
    }

    /// File offsets, ascending, of the source's records that live at a revision.
    func keptRecords(_ source: SourceStore, at revision: Int64) throws(EtcdError) -> [Int] {
        let keys = try source.keys(at: revision)
        var isHidden: Set<Int> = []
        if revision > source.revision {
            self.overlay.forEach { entry in
                if entry.isInSource, entry.change(at: revision) != nil { isHidden.insert(entry.position) }
            }
        }
        var offsets: [Int] = []
        offsets.reserveCapacity(keys.count + 1)
        for position in 0..<keys.count where !isHidden.contains(position) {
            offsets.append(keys[position].recordOffset)
        }
        if let bump = keys.bumpRecordOffset { offsets.append(bump) }
        offsets.sort()
        return offsets
    }
}
