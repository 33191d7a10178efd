import Bolt
import Files

/// A share of the work of hashing a database: some leaves of one bucket.
struct LeafShare: Sendable {
    var bucket: Bucket
    var leaves: LeafList
    var range: Range<Int>

    /// About 8 MiB a share: enough of them to keep two processors busy to the end, few enough to cost nothing.
    private static let leafCount = 1024

    /// Cuts every bucket of `database` into shares, in order.
    static func shares(of database: EtcdDatabase) throws(StorageError) -> [LeafShare] {
        try database.reading { () throws(BoltError) in
            var shares: [LeafShare] = []
            for bucket in try database.bolt.buckets() {
                let leaves = try database.bolt.leaves(of: bucket)
                var start = 0
                repeat {
                    let end = min(start + Self.leafCount, leaves.count)
                    shares.append(LeafShare(bucket: bucket, leaves: leaves, range: start..<end))
                    start = end
                } while start < leaves.count
            }
            return shares
        }
    }

    /// The CRC of the share's keys and values; a bucket's first share begins with the bucket's name.
    func hash(of database: EtcdDatabase) throws(StorageError) -> CRC32C {
        try database.reading { () throws(BoltError) in
            var sum = CRC32C()
            if self.range.lowerBound == 0 { sum.update(self.bucket.name) }
            try database.bolt.file.withBytes { (bytes) throws(BoltError) in
                for index in self.range {
                    let leaf = try self.leaves.leaf(at: index, of: database.bolt, in: bytes)
                    if let pairs = try leaf.extent(in: bytes) { sum.update(bytes.extracting(pairs)) }
                }
            }
            return sum
        }
    }
}

extension LeafPage {
    /// The file range of all keys and values, which lie one behind the other; every element is checked.
    fileprivate func extent(in bytes: RawSpan) throws(BoltError) -> Range<Int>? {
        var pairs = self.pairs
        guard let first = try pairs.next(in: bytes) else { return nil }
        var end = first.end
        while let pair = try pairs.next(in: bytes) { end = pair.end }
        return first.keyOffset..<end
    }
}

extension EtcdDatabase {
    /// The keyspace and the hash that etcdutl's `snapshot status` prints, found side by side.
    ///
    /// The hash is CRC-32C over, for each bucket in order, its name and then each key and value.
    ///
    /// Source: etcd-io/etcd `etcdutl/snapshot/v3_snapshot.go`, `Status`.
    ///
    /// - Throws: What ``keyspace(at:)`` throws.
    public func keyspaceAndStatusHash() throws(StorageError) -> (keyspace: Keyspace, hash: CRC32C) {
        enum Part: Sendable {
            case keyspace(Keyspace)
            case hash(CRC32C)
        }
        let shares = try LeafShare.shares(of: self)
        let parts = try concurrently(count: shares.count + 1) { (index) throws(StorageError) -> Part in
            if index == 0 { return .keyspace(try self.keyspace()) }
            return .hash(try shares[index - 1].hash(of: self))
        }
        var sum = CRC32C()
        var keyspace: Keyspace?
        for part in parts {
            switch part {
            case .keyspace(let found): keyspace = found
            case .hash(let next): sum.append(next)
            }
        }
        try self.checkUnchanged()
        guard let keyspace else { throw StorageError(.noKeyBucket, path: self.path) }
        return (keyspace, sum)
    }
}
