import Files

/// A bucket at the top of the file, by its name.
public struct Bucket: Sendable {
    /// The name's bytes; etcd's are all ASCII.
    public let name: [UInt8]
    /// The page whose leaf names the bucket.
    public let page: PageID
    let storage: Storage

    /// Whether it lies in the leaf that names it.
    public var isInline: Bool {
        if case .inline = self.storage { true } else { false }
    }

    enum Storage: Sendable {
        /// A tree of pages.
        case tree(root: PageID)
        /// A leaf inside the parent's leaf, at this file range.
        case inline(Range<Int>)
    }
}

extension BoltFile {
    /// Most buckets that are accepted at the top; etcd has ten.
    static let maximumBucketCount = 256

    /// The buckets at the top, in order of their names.
    ///
    /// - Throws: A `BoltError` when the root's pages are damaged, hold a plain pair, or are out of order.
    public func buckets() throws(BoltError) -> [Bucket] {
        try self.file.withBytes { (bytes) throws(BoltError) in
            var buckets: [Bucket] = []
            for id in try TreeOutline(of: self, root: self.meta.root, in: bytes).leaves {
                let leaf = try LeafPage(self.treePage(id, in: bytes))
                var pairs = leaf.pairs
                var index = 0
                while let pair = try pairs.next(in: bytes) {
                    let bucket = try Bucket(reading: pair, index: index, page: id, in: bytes)
                    if let last = buckets.last, !last.name.lexicographicallyPrecedes(bucket.name) {
                        throw BoltError(.keysOutOfOrder(index: index), page: id)
                    }
                    guard buckets.count < Self.maximumBucketCount else {
                        throw BoltError(.tooManyBuckets(limit: Self.maximumBucketCount), page: id)
                    }
                    buckets.append(bucket)
                    index += 1
                }
            }
            return buckets
        }
    }

    /// The bucket of that name at the top of the file.
    public func bucket(named name: String) throws(BoltError) -> Bucket? {
        let wanted = Array(name.utf8)
        return try self.buckets().first { $0.name == wanted }
    }
}

extension Bucket {
    /// Longest bucket name that is accepted, in bytes; bbolt's own limit for a key.
    static let maximumNameByteCount = 32_768

    init(reading pair: Pair, index: Int, page: PageID, in bytes: RawSpan) throws(BoltError) {
        guard pair.isBucket else { throw BoltError(.unknownElementFlags(index: index, flags: 0), page: page) }
        guard pair.keyCount <= Self.maximumNameByteCount else {
            throw BoltError(.elementOutOfPage(index: index), page: page)
        }
        guard pair.valueCount >= BucketHeader.byteCount else {
            throw BoltError(.bucketValueTooShort(index: index), page: page)
        }
        let header = BucketHeader(reading: bytes, at: pair.valueOffset)
        self.name = bytes.extracting(pair.key).withUnsafeBytes { Array($0) }
        self.page = page
        if header.root.rawValue == 0 {
            self.storage = .inline(pair.valueOffset + BucketHeader.byteCount..<pair.end)
        } else {
            self.storage = .tree(root: header.root)
        }
    }
}
