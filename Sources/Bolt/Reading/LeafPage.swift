/// One key and its value, which follows it at once, by where they lie in the file.
public struct Pair: Hashable, Sendable {
    /// File offset of the key's first byte.
    public var keyOffset: Int
    /// Length of the key, in bytes.
    public var keyCount: Int
    /// Length of the value, in bytes.
    public var valueCount: Int
    /// Whether the value is a bucket.
    public var isBucket: Bool

    public var valueOffset: Int { self.keyOffset + self.keyCount }
    public var end: Int { self.keyOffset + self.keyCount + self.valueCount }
    public var key: Range<Int> { self.keyOffset..<self.valueOffset }
    public var value: Range<Int> { self.valueOffset..<self.end }
}

/// A leaf page, or the leaf inside an inline bucket, whose header and length have been checked.
///
/// bbolt lays the pairs one behind the other after the element table, in key order and without gaps;
/// that is required here, so that a changed position or size cannot go unseen.
public struct LeafPage: Sendable {
    /// The page, or for an inline bucket the page that holds the bucket's element.
    public let page: PageID
    /// Number of pairs.
    public let count: Int
    let elements: Int
    /// File offset just past the page, its overflow pages, or the inline bucket.
    let end: Int
    /// File offset that the last pair must reach, at least: a page has no overflow page that it does not
    /// need, and an inline bucket ends with its last pair.
    let requiredEnd: Int

    init(_ page: TreePage) throws(BoltError) {
        guard page.header.kind == .leaf else {
            throw BoltError(.unexpectedKind(page.header.kind), page: page.header.id)
        }
        self.page = page.header.id
        self.count = page.count
        self.elements = page.elements
        self.end = page.end
        self.requiredEnd = page.requiredEnd
    }

    init(inline range: Range<Int>, within page: PageID, in bytes: RawSpan) throws(BoltError) {
        let header: PageHeader
        do {
            header = try PageHeader(
                reading: bytes.extracting(0..<range.upperBound),
                at: range.lowerBound,
                page: PageID(0)
            )
        } catch {
            throw BoltError(error.reason, page: page)
        }
        guard header.kind == .leaf, header.overflow == 0 else {
            throw BoltError(.unexpectedKind(header.kind), page: page)
        }
        let tree = TreePage(
            header: header,
            offset: range.lowerBound,
            end: range.upperBound,
            requiredEnd: range.upperBound
        )
        guard tree.end - tree.elements >= tree.count * LeafElement.byteCount else {
            throw BoltError(.elementsOutOfPage(count: tree.count), page: page)
        }
        self.page = page
        self.count = tree.count
        self.elements = tree.elements
        self.end = tree.end
        self.requiredEnd = tree.end
    }

    /// The pairs in key order; advance it with ``Pairs/next(in:)``.
    public var pairs: Pairs { Pairs(self) }

    /// Walks the pairs of a leaf, checking each element before it is handed out.
    public struct Pairs {
        private let leaf: LeafPage
        private var index = 0
        private var keyStart: Int

        init(_ leaf: LeafPage) {
            self.leaf = leaf
            self.keyStart = leaf.elements + leaf.count * LeafElement.byteCount
        }

        /// The next pair, nil after the last; `bytes` is the whole file.
        public mutating func next(in bytes: RawSpan) throws(BoltError) -> Pair? {
            guard self.index < self.leaf.count else {
                guard self.keyStart >= self.leaf.requiredEnd else {
                    throw BoltError(.contentTooShort, page: self.leaf.page)
                }
                return nil
            }
            let offset = self.leaf.elements + self.index * LeafElement.byteCount
            let element = LeafElement(reading: bytes, at: offset)
            guard element.flags <= LeafElement.bucketFlag else {
                throw BoltError(
                    .unknownElementFlags(index: self.index, flags: element.flags),
                    page: self.leaf.page
                )
            }
            guard offset + Int(element.position) == self.keyStart else {
                throw BoltError(.elementMisplaced(index: self.index), page: self.leaf.page)
            }
            let pair = Pair(
                keyOffset: self.keyStart,
                keyCount: Int(element.keySize),
                valueCount: Int(element.valueSize),
                isBucket: element.flags == LeafElement.bucketFlag
            )
            guard pair.end <= self.leaf.end else {
                throw BoltError(.elementOutOfPage(index: self.index), page: self.leaf.page)
            }
            self.keyStart = pair.end
            self.index += 1
            return pair
        }
    }
}
