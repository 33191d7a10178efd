public import Files

/// Writes a new, compact bolt file in one go from buckets and pairs that come in order.
///
///     let writer = try BoltWriter(writingTo: file)
///     try writer.beginBucket(name)            // names ascending
///     try writer.append(key: key, value: value)   // keys ascending
///     let size = try writer.finish()          // once, after the last bucket
///
/// The file has pages of 4,096 bytes, both meta pages, no freelist page and no free page; its length is
/// exactly its pages. The same pairs give the same bytes. Buckets do not nest, as in etcd. Memory is a
/// leaf and a few branches, whatever the size.
///
///     page 0      meta of transaction 0
///     page 1      meta of transaction 1, which counts
///     page 2 …    each bucket's leaves and branches, in the order in which they filled up
///     last        the root bucket, which names every bucket
///
/// Source: etcd-io/bbolt `node.go` (`spill`), `bucket.go` (`inlineable`), `tx.go` (`writeMeta`).
public struct BoltWriter: ~Copyable {
    /// The largest key that bbolt takes, in bytes.
    public static let maximumKeySize = 32_768
    /// The largest value that bbolt takes, in bytes.
    public static let maximumValueSize = (1 << 31) - 2
    /// The largest page that lies inside its bucket's value, in bytes: a quarter page.
    static let maximumInlineSize = PageOutput.pageSize / 4

    private var pages: PageOutput
    private var root = TreeBuilder()
    private var bucket: (name: [UInt8], tree: TreeBuilder)?
    /// Pairs appended so far, in all buckets.
    public private(set) var pairCount = 0

    /// Begins the file with two empty pages, which become the meta pages at the end.
    public init(writingTo file: OutputFile) throws(BoltWriterError) {
        self.pages = PageOutput(file: file)
        for _ in 0..<2 {
            _ = try self.pages.begin(.meta, count: 0, byteCount: PageOutput.pageSize)
            try self.pages.end()
        }
    }

    /// Ends the bucket before, if any, and begins the bucket `name`.
    public mutating func beginBucket(_ name: RawSpan) throws(BoltWriterError) {
        try self.endBucket()
        guard (1...Self.maximumKeySize).contains(name.byteCount) else { throw .keySize(name.byteCount) }
        self.bucket = (name.withUnsafeBytes { Array($0) }, TreeBuilder())
    }

    /// Adds a pair to the bucket last begun.
    public mutating func append(key: RawSpan, value: RawSpan) throws(BoltWriterError) {
        precondition(self.bucket != nil, "a pair belongs to a bucket")
        try self.bucket?.tree.append(flags: 0, key: key, value: value, to: &self.pages)
        self.pairCount += 1
    }

    /// Ends the last bucket and writes the root and the meta pages; the file is not synced yet.
    ///
    /// - Returns: The size of the database, in bytes.
    public mutating func finish() throws(BoltWriterError) -> Int {
        try self.endBucket()
        let root = try self.root.finish(&self.pages)
        try self.writeMeta(transactionID: 0, root: root)
        try self.writeMeta(transactionID: 1, root: root)
        return self.pages.byteCount
    }

    private mutating func endBucket() throws(BoltWriterError) {
        guard let (name, finished) = self.bucket.take() else { return }
        var tree = finished
        var value: [UInt8] = []
        if tree.isSingleLeaf, tree.leaf.byteCount <= Self.maximumInlineSize {
            BucketHeader(root: PageID(0), sequence: 0).write(to: &value)
            tree.finishInline(to: &value)
        } else {
            let page = try tree.finish(&self.pages)
            BucketHeader(root: page, sequence: 0).write(to: &value)
        }
        try self.root.append(
            flags: LeafElement.bucketFlag,
            key: name.span.bytes,
            value: value.span.bytes,
            to: &self.pages
        )
    }

    private func writeMeta(transactionID: UInt64, root: PageID) throws(BoltWriterError) {
        let page = transactionID % 2
        var bytes: [UInt8] = []
        PageHeader(id: PageID(page), kind: .meta, count: 0, overflow: 0).write(to: &bytes)
        Meta(
            pageSize: UInt32(PageOutput.pageSize),
            root: root,
            sequence: 0,
            freelist: .none,
            highWater: self.pages.next,
            transactionID: transactionID
        ).write(to: &bytes)
        try self.pages.overwrite(PageID(page), bytes)
    }
}

/// Why a bolt file cannot be written from what was given.
///
/// Carries sizes only: never a key or a value, which may be a Secret.
public enum BoltWriterError: Error, Hashable, Sendable {
    /// Buckets, and keys within a bucket, come in strictly ascending order.
    case keysOutOfOrder
    /// bbolt takes keys of 1 to 32,768 bytes.
    case keySize(Int)
    /// bbolt takes values of less than 2 GiB.
    case valueSize(Int)
    /// The operating system refused.
    case file(FileError)
}

extension BoltWriterError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .keysOutOfOrder: "a key is not above the one before it"
        case .keySize(let size): "a key of \(size) bytes; bbolt takes 1 to \(BoltWriter.maximumKeySize)"
        case .valueSize(let size):
            "a value of \(size) bytes; bbolt takes up to \(BoltWriter.maximumValueSize)"
        case .file(let error): error.description
        }
    }
}
