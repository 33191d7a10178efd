import Files

/// Deepest tree that is accepted, in pages from root to leaf; bbolt's fan-out makes 32 unreachable.
let maximumDepth = 32

/// What a tree's branch pages say: which leaves there are.
struct TreeOutline: Sendable {
    /// The leaf pages in key order.
    private(set) var leaves: [PageID] = []
    /// The first page of every leaf and branch below the root.
    private(set) var firstPages = PageSet(count: 0)
    /// The pages behind the first of each branch that takes several.
    private(set) var overflow: [Range<UInt64>] = []
    /// What the branches take.
    private(set) var branches = PageSpace()
    /// Where edges are kept, the file range of the key by which its branch names each leaf; a root that is a leaf
    /// has none.
    private(set) var edges: [Range<Int>] = []
    /// Where edges are kept, the branch pages whose first key is not the one by which they are named.
    private(set) var findings: [BoltError] = []

    /// The outline of no tree.
    init() {}

    /// Reads the branch pages below `root`, and the first leaf.
    ///
    /// A bbolt tree has all its leaves at one depth, so the leftmost path says where the leaves are.
    ///
    /// - Throws: A `BoltError` when a branch page is damaged, a page is named twice, or the tree is too deep.
    init(
        of file: BoltFile,
        root: PageID,
        keepingEdges: Bool = false,
        in bytes: RawSpan
    ) throws(BoltError) {
        self.firstPages = PageSet(count: Int(file.meta.highWater.rawValue))
        self.leaves = [root]
        for _ in 0..<maximumDepth {
            guard let first = self.leaves.first else { return }
            if try file.treePage(first, in: bytes).header.kind == .leaf { return }
            try self.descend(file, keepingEdges: keepingEdges, in: bytes)
        }
        throw BoltError(.tooDeep(limit: maximumDepth), page: root)
    }

    /// Replaces the branch pages in ``leaves`` by what they name.
    private mutating func descend(
        _ file: BoltFile,
        keepingEdges: Bool,
        in bytes: RawSpan
    ) throws(BoltError) {
        var (below, edges): ([PageID], [Range<Int>]) = ([], [])
        for (position, id) in self.leaves.enumerated() {
            let page = try file.treePage(id, in: bytes)
            self.branches.add(page, pageSize: file.pageSize)
            if page.header.overflow > 0 {
                self.overflow.append(id.rawValue + 1..<id.rawValue + 1 + UInt64(page.header.overflow))
            }
            var elements = try BranchElements(page)
            var isFirst = true
            while let (child, key) = try elements.next(in: bytes) {
                guard child < file.meta.highWater else {
                    throw BoltError(.pageOutOfRange(highWater: file.meta.highWater), page: child)
                }
                guard self.firstPages.insert(child) else { throw BoltError(.referencedTwice, page: child) }
                self.branches.structureByteCount += key.count
                below.append(child)
                guard keepingEdges else { continue }
                if isFirst, self.edges.indices.contains(position),
                    bytes.compare(self.edges[position], key) != 0
                {
                    self.findings.append(BoltError(.keyOutsideBranch(index: 0), page: id))
                }
                isFirst = false
                edges.append(key)
            }
        }
        (self.leaves, self.edges) = (below, edges)
    }
}
