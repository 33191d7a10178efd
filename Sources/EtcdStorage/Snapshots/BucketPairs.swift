public import Bolt
import Files

extension EtcdDatabase {
    /// Calls `body` with every pair of a bucket in key order, and the whole file's bytes.
    ///
    /// Pages, elements and the order of keys are checked on the way. A bucket that is not there has no pairs.
    ///
    /// - Throws: `.bolt`, what `body` throws, or `.file(.shrank)`.
    public func forEachPair(
        in name: BucketName,
        _ body: (Pair, PageID, RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) {
        guard let bucket = try self.bucket(name) else { return }
        try self.forEachPair(in: bucket, body)
        try self.checkUnchanged()
    }

    /// Calls `body` with every pair of `bucket`, as ``forEachPair(in:_:)`` with a name does; that the file
    /// has not become shorter meanwhile is for the caller to check.
    public func forEachPair(
        in bucket: Bucket,
        _ body: (Pair, PageID, RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) {
        let leaves = try self.reading { () throws(BoltError) in try self.bolt.leaves(of: bucket) }
        try self.bolt.file.withBytes { (bytes) throws(StorageError) in
            var previous: Pair?
            for index in 0..<leaves.count {
                let leaf = try self.reading { () throws(BoltError) in
                    try leaves.leaf(at: index, of: self.bolt, in: bytes)
                }
                var pairs = leaf.pairs
                var position = 0
                while let pair = try self.reading({ () throws(BoltError) in try pairs.next(in: bytes) }) {
                    if let previous, bytes.compare(previous.key, pair.key) >= 0 {
                        throw self.damage(.keysOutOfOrder(index: position), on: leaf.page)
                    }
                    try body(pair, leaf.page, bytes)
                    previous = pair
                    position += 1
                }
            }
        }
    }

    func damage(_ reason: BoltError.Reason, on page: PageID) -> StorageError {
        StorageError(.bolt(BoltError(reason, page: page)), path: self.path)
    }
}
