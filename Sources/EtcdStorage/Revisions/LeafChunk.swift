import Bolt
import Files

/// A part of the work of walking a bucket: some of its leaves, in order.
struct LeafChunk: Sendable {
    var bucket: Bucket
    var leaves: LeafList
    var range: Range<Int>

    /// About 4 MiB a chunk: enough of them to keep two processors busy to the end, few enough to cost nothing.
    private static let leafCount = 512

    /// Whether the chunk begins its bucket.
    var isFirst: Bool { self.range.lowerBound == 0 }
    var isKeyBucket: Bool { self.bucket.name == BucketName.key.bytes }

    /// Cuts every bucket of `database` into chunks, in order; `checkingEdges` for a walk that checks the structure too.
    static func chunks(
        of database: EtcdDatabase,
        checkingEdges: Bool = false
    ) throws(StorageError) -> [LeafChunk] {
        try database.reading { () throws(BoltError) in
            var chunks: [LeafChunk] = []
            for bucket in try database.bolt.buckets() {
                let leaves = try database.bolt.leaves(of: bucket, checkingEdges: checkingEdges)
                var start = 0
                repeat {
                    let end = min(start + Self.leafCount, leaves.count)
                    chunks.append(LeafChunk(bucket: bucket, leaves: leaves, range: start..<end))
                    start = end
                } while start < leaves.count
            }
            return chunks
        }
    }

    /// The CRC of the chunk's keys and values; a bucket's first chunk begins with the bucket's name.
    func hash(of database: EtcdDatabase) throws(StorageError) -> CRC32C {
        var walk = LeafWalk()
        return try self.hash(of: database, noting: &walk)
    }

    /// The same, with notes of the leaves' structure.
    func hash(of database: EtcdDatabase, noting walk: inout LeafWalk) throws(StorageError) -> CRC32C {
        try database.reading { () throws(BoltError) in
            var sum = CRC32C()
            if self.isFirst { sum.update(self.bucket.name) }
            try database.bolt.file.withBytes { (bytes) throws(BoltError) in
                for index in self.range {
                    let leaf = try self.leaves.leaf(at: index, of: database.bolt, in: bytes)
                    walk.note(leaf, at: index, of: self.leaves, in: bytes)
                    if let pairs = try leaf.extent(in: bytes) { sum.update(bytes.extracting(pairs)) }
                }
            }
            return sum
        }
    }
}

extension LeafPage {
    /// The file range of all keys and values, which lie one behind the other; every element is checked.
    func extent(in bytes: RawSpan) throws(BoltError) -> Range<Int>? {
        var pairs = self.pairs
        guard let first = try pairs.next(in: bytes) else { return nil }
        var end = first.end
        while let pair = try pairs.next(in: bytes) { end = pair.end }
        return first.keyOffset..<end
    }
}
