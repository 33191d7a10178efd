import Files

/// The leaves of one bucket in key order: the unit in which a bucket is walked, by one thread or several.
public struct LeafList: Sendable {
    let bucket: Bucket
    private let ids: [PageID]
    /// The first page of every leaf and branch of the bucket.
    private let firstPages: PageSet

    init(bucket: Bucket, ids: [PageID] = [], firstPages: PageSet = PageSet(count: 0)) {
        self.bucket = bucket
        self.ids = ids
        self.firstPages = firstPages
    }

    /// Number of leaves; an inline bucket has one.
    public var count: Int {
        switch self.bucket.storage {
        case .tree: self.ids.count
        case .inline: 1
        }
    }

    /// Reads and checks the leaf at `index`, from 0 to ``count``.
    public func leaf(at index: Int, of file: BoltFile, in bytes: RawSpan) throws(BoltError) -> LeafPage {
        switch self.bucket.storage {
        case .tree: try LeafPage(self.checkOverflow(of: file.treePage(self.ids[index], in: bytes)))
        case .inline(let range): try LeafPage(inline: range, within: self.bucket.page, in: bytes)
        }
    }

    /// Refuses overflow pages that are pages of their own: of two leaves that overlap, one begins within
    /// the other, so no byte is read twice.
    private func checkOverflow(of page: TreePage) throws(BoltError) -> TreePage {
        let first = page.header.id.rawValue
        for id in first..<first + UInt64(page.header.overflow) where self.firstPages.contains(PageID(id + 1))
        {
            throw BoltError(.referencedTwice, page: PageID(id + 1))
        }
        return page
    }
}

/// Deepest tree that is accepted, in pages from root to leaf; bbolt's fan-out makes 32 unreachable.
let maximumDepth = 32

extension BoltFile {
    /// Finds the leaves of `bucket` by reading its branch pages; no leaf but the first is touched.
    ///
    /// - Throws: A `BoltError` when a branch page is damaged, a page is named twice, or the tree is too deep.
    public func leaves(of bucket: Bucket) throws(BoltError) -> LeafList {
        switch bucket.storage {
        case .inline:
            return LeafList(bucket: bucket)
        case .tree(let root):
            return try self.file.withBytes { (bytes) throws(BoltError) in
                let (ids, pages) = try self.leafPageIDs(root: root, in: bytes)
                return LeafList(bucket: bucket, ids: ids, firstPages: pages)
            }
        }
    }

    /// The ids of the leaf pages below `root`, in key order, and the first pages of all that were named.
    ///
    /// A bbolt tree has all its leaves at one depth, so the leftmost path says where the leaves are.
    func leafPageIDs(
        root: PageID,
        in bytes: RawSpan
    ) throws(BoltError) -> (ids: [PageID], firstPages: PageSet) {
        var level = [root]
        var visited = PageSet(count: Int(self.meta.highWater.rawValue))
        for _ in 0..<maximumDepth {
            guard let first = level.first else { return ([], visited) }
            if try self.treePage(first, in: bytes).header.kind == .leaf { return (level, visited) }
            var below: [PageID] = []
            for id in level {
                var elements = try BranchElements(self.treePage(id, in: bytes))
                while let (child, _) = try elements.next(in: bytes) {
                    guard child < self.meta.highWater else {
                        throw BoltError(.pageOutOfRange(highWater: self.meta.highWater), page: child)
                    }
                    guard visited.insert(child) else { throw BoltError(.referencedTwice, page: child) }
                    below.append(child)
                }
            }
            level = below
        }
        throw BoltError(.tooDeep(limit: maximumDepth), page: root)
    }
}
