extension EtcdDatabase {
    /// The keyspace and the hash that etcdutl's `snapshot status` prints, found in one walk.
    ///
    /// The hash is CRC-32C over, for each bucket in order, its name and then each key and value.
    ///
    /// Source: etcd-io/etcd `etcdutl/snapshot/v3_snapshot.go`, `Status`.
    ///
    /// - Throws: What ``keyspace(at:)`` throws.
    public func keyspaceAndStatusHash() throws(StorageError) -> (keyspace: Keyspace, hash: CRC32C) {
        try self.walk(at: nil, hashing: true)
    }

    /// The status hash alone; every page and element on the way is checked.
    ///
    /// - Throws: `.bolt`, or `.file` when the file became shorter.
    public func statusHash() throws(StorageError) -> CRC32C {
        let shares = try LeafChunk.shares(of: self)
        let parts = try concurrently(count: shares.count) { (index) throws(StorageError) in
            try shares[index].hash(of: self)
        }
        try self.checkUnchanged()
        return parts.reduce(into: CRC32C()) { sum, next in sum.append(next) }
    }
}
