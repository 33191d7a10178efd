public import Bolt

/// What one walk over a database tells of its changes, without putting the keys in order.
public struct ChangeSummary: Sendable {
    /// The hash that etcdutl's `snapshot status` prints.
    ///
    /// CRC-32C over, for each bucket in order, its name and then each key and value.
    ///
    /// Source: etcd-io/etcd `etcdutl/snapshot/v3_snapshot.go`, `Status`.
    public let statusHash: CRC32C
    /// What is wrong with the file's pages, as far as it did not end the walk; what is wrong with the records is for
    /// ``StorageCheck`` to find.
    public let structure: StructureCheck
    let live: LiveRecords

    /// The main revision of the last change; 0 when there is none.
    public var lastRevision: Int64 { self.live.lastRevision }
    /// The oldest revision that can be shown; 0 when the store was never compacted.
    public var compactRevision: Int64 { self.live.compactRevision }
    /// What is left out, since it has no revision.
    public var malformedKeys: MalformedKeys { self.live.malformedKeys }
    /// What etcdutl 3.6 calls total keys.
    public var totalKeys: Int { self.live.totalKeys }
}

extension EtcdDatabase {
    /// Walks all buckets once.
    ///
    /// - Throws: What ``keyspace(at:)`` throws.
    public func changeSummary() throws(StorageError) -> ChangeSummary {
        let (live, walked) = try self.liveRecords(at: nil, hashing: true)
        let structure = StructureCheck(of: self.bolt, buckets: walked.buckets, walks: walked.walks)
        try self.checkUnchanged()
        return ChangeSummary(statusHash: walked.hash, structure: structure, live: live)
    }

    /// What etcdutl 3.6 calls total keys, without the hash.
    ///
    /// - Throws: What ``keyspace(at:)`` throws.
    public func totalKeys() throws(StorageError) -> Int {
        try self.liveRecords(at: nil, hashing: false).live.totalKeys
    }

    /// The hash that etcd's `HashKV` answers for the newest revision, as ``hashKV(of:)`` of its keyspace.
    ///
    /// - Throws: What ``hashOfChanges(upTo:compactRevision:keeping:)`` throws.
    public func hashKV(of summary: ChangeSummary) throws(StorageError) -> UInt32 {
        try self.hashKV(of: summary.live)
    }

    /// The status hash alone; every page and element on the way is checked.
    ///
    /// - Throws: `.bolt`, or `.file` when the file became shorter.
    public func statusHash() throws(StorageError) -> CRC32C {
        let chunks = try LeafChunk.chunks(of: self)
        let parts = try concurrently(count: chunks.count) { (index) throws(StorageError) in
            try chunks[index].hash(of: self)
        }
        try self.checkUnchanged()
        return parts.reduce(into: CRC32C()) { sum, next in sum.append(next) }
    }
}
