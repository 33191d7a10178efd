public import Files

/// A bbolt file that may be damaged anywhere, read page by page as far as it goes.
///
/// No page is believed because another one names it: what a tree names is checked as in a sound file, and whatever
/// page is left beside the trees can be looked at as well. Each page belongs to one tree at most, so that loops and
/// pages that overlap end by themselves. Pages are counted by the file's length and not by its meta page.
public struct DamagedBoltFile: Sendable {
    public let file: MappedFile
    /// Pages that are whole in the file.
    public let pageCount: Int
    /// Size of a page, in bytes.
    public var pageSize: Int { self.bolt.pageSize }
    /// The root that the newest valid meta page names; nil when both are damaged.
    public let root: PageID?

    private let bolt: BoltFile
    /// The pages of trees, and those of leaves beside them.
    private var taken: PageSet
    /// The pages that were looked at for a tree.
    private var visited: PageSet
    /// How many overflow pages may still be looked at.
    ///
    /// The pages of a tree do not overlap, and few of those beside it do. In a hostile file each of them could reach to
    /// the file's end, and reading them all would take the square of its length.
    private var overflowLeft: Int

    /// As many as the file has pages, so many times.
    private static let overflowLimit = 8

    /// Begins with the first `byteCount` bytes of `file`, and looks at its meta pages.
    ///
    /// - Returns: nil when not even a page of it can be found.
    public init?(_ file: MappedFile, byteCount: Int) {
        let (meta, pageSize) = file.withBytes { bytes in
            let bytes = bytes.extracting(0..<byteCount)
            let meta = try? Meta.newest(in: bytes)
            return (meta, meta.map { Int($0.pageSize) } ?? likelyPageSize(of: bytes))
        }
        guard let pageSize, byteCount / pageSize > 2 else { return nil }
        self.file = file
        self.pageCount = byteCount / pageSize
        self.root = meta?.root
        self.taken = PageSet(count: self.pageCount)
        self.visited = self.taken
        self.overflowLeft = Self.overflowLimit * self.pageCount
        let allPages = Meta(
            pageSize: UInt32(pageSize),
            root: meta?.root ?? .none,
            sequence: 0,
            freelist: .none,
            highWater: PageID(UInt64(self.pageCount)),
            transactionID: 0
        )
        self.bolt = BoltFile(file, byteCount: byteCount, assuming: allPages)
    }

    /// What is left of the tree below `root`.
    public mutating func tree(root: PageID) -> RemainingTree {
        self.file.withBytes { bytes in
            var tree = RemainingTree()
            var stack = [Visit(page: root, bounds: KeyBounds(), keys: KeyBounds(), depth: 1)]
            while let visit = stack.popLast() {
                do throws(BoltError) {
                    let page = try self.visit(visit, in: bytes)
                    if page.header.kind == .branch {
                        stack += try visit.children(of: page, in: bytes).reversed()
                    } else {
                        let leaf = try LeafPage(page)
                        try checkElements(of: leaf, within: visit.bounds, in: bytes)
                        tree.leaves.append(RemainingTree.Leaf(page: leaf, keys: visit.keys))
                    }
                    self.take(page)
                } catch {
                    tree.gaps.append(RemainingTree.Gap(error: error, keys: visit.keys))
                }
            }
            return tree
        }
    }

    /// What is left of a bucket.
    public mutating func tree(of bucket: Bucket) -> RemainingTree {
        switch bucket.storage {
        case .tree(let root): return self.tree(root: root)
        case .inline(let range):
            return self.file.withBytes { bytes in
                var tree = RemainingTree()
                do throws(BoltError) {
                    let leaf = try LeafPage(inline: range, within: bucket.page, in: bytes)
                    try checkElements(of: leaf, within: KeyBounds(), in: bytes)
                    tree.leaves.append(RemainingTree.Leaf(page: leaf, keys: KeyBounds()))
                } catch {
                    tree.gaps.append(RemainingTree.Gap(error: error, keys: KeyBounds()))
                }
                return tree
            }
        }
    }

    /// Calls `body` with every page that says it is a leaf and belongs to no tree that was asked for, by ascending
    /// number.
    ///
    /// Where too many of them overlap, the last ones are left out.
    ///
    /// - Parameter body: Says whether the page is what it looks for, from the first to the last element; what follows
    ///   on its overflow pages is then not taken for pages.
    public mutating func forEachLeafBesideTrees(_ body: (LeafPage, RawSpan) -> Bool) {
        self.file.withBytes { bytes in
            for number in 2..<max(2, UInt64(self.pageCount)) where !self.taken.contains(PageID(number)) {
                guard let page = try? self.bolt.treePage(PageID(number), in: bytes), page.count > 0,
                    let leaf = try? LeafPage(page), (try? self.spendOverflow(of: page)) != nil
                else { continue }
                if body(leaf, bytes) { self.take(page) }
            }
        }
    }
}

extension DamagedBoltFile {
    /// A page to be looked at: what its branch promises of it, and for which keys it answers.
    private struct Visit {
        var page: PageID
        var bounds: KeyBounds
        var keys: KeyBounds
        var depth: Int

        func children(of page: TreePage, in bytes: RawSpan) throws(BoltError) -> [Visit] {
            var visits = try Bolt.children(of: page, within: self.bounds, in: bytes).map { child in
                Visit(page: child.page, bounds: child.bounds, keys: child.bounds, depth: self.depth + 1)
            }
            // There is nothing before a tree's first key, whatever that is.
            if self.keys.first == nil, !visits.isEmpty { visits[0].keys.first = nil }
            return visits
        }
    }

    /// Reads a page's header, once.
    private mutating func visit(_ visit: Visit, in bytes: RawSpan) throws(BoltError) -> TreePage {
        guard visit.depth <= maximumDepth else {
            throw BoltError(.tooDeep(limit: maximumDepth), page: visit.page)
        }
        let page = try self.bolt.treePage(visit.page, in: bytes)
        let last = PageID(visit.page.rawValue + UInt64(page.header.overflow))
        guard self.visited.insert(visit.page), !self.taken.contains(anyFrom: visit.page, to: last) else {
            throw BoltError(.referencedTwice, page: visit.page)
        }
        try self.spendOverflow(of: page)
        return page
    }

    private mutating func spendOverflow(of page: TreePage) throws(BoltError) {
        guard page.header.overflow <= self.overflowLeft else {
            throw BoltError(.overflowOutOfRange(overflow: page.header.overflow), page: page.header.id)
        }
        self.overflowLeft -= Int(page.header.overflow)
    }

    private mutating func take(_ page: TreePage) {
        let first = page.header.id.rawValue
        for number in first...first + UInt64(page.header.overflow) {
            _ = self.taken.insert(PageID(number))
        }
    }
}

extension LeafPage {
    /// Whether it has no finding, by itself.
    public func isSound(in bytes: RawSpan) -> Bool {
        (try? checkElements(of: self, within: KeyBounds(), in: bytes)) != nil
    }

    /// The buckets that it holds, as far as they can be read; none when it holds anything else.
    public func buckets(in bytes: RawSpan) -> [Bucket] {
        var buckets: [Bucket] = []
        var pairs = self.pairs
        while let pair = try? pairs.next(in: bytes) {
            guard let bucket = try? Bucket(reading: pair, index: buckets.count, page: self.page, in: bytes),
                buckets.count < BoltFile.maximumBucketCount
            else { return [] }
            buckets.append(bucket)
        }
        return buckets
    }
}

/// The page size with which the most pages say their own number; nil when none does with any.
private func likelyPageSize(of bytes: RawSpan) -> Int? {
    var best: (pageSize: Int, count: Int)?
    var pageSize = Meta.pageSizes.lowerBound
    while pageSize <= Meta.pageSizes.upperBound {
        let count = (2..<max(2, bytes.byteCount / pageSize)).count { number in
            let page = PageID(UInt64(number))
            return (try? PageHeader(reading: bytes, at: number * pageSize, page: page)) != nil
        }
        if count > best?.count ?? 0 { best = (pageSize, count) }
        pageSize *= 2
    }
    return best?.pageSize
}
