import Files

/// The leaves of one bucket in key order: the unit in which a bucket is walked, by one thread or several.
public struct LeafList: Sendable {
    let bucket: Bucket
    /// Without any page for an inline bucket.
    let tree: TreeOutline

    init(bucket: Bucket, tree: TreeOutline = TreeOutline()) {
        self.bucket = bucket
        self.tree = tree
    }

    /// Number of leaves; an inline bucket has one.
    public var count: Int {
        switch self.bucket.storage {
        case .tree: self.tree.leaves.count
        case .inline: 1
        }
    }

    /// Reads and checks the leaf at `index`, from 0 to ``count``.
    public func leaf(at index: Int, of file: BoltFile, in bytes: RawSpan) throws(BoltError) -> LeafPage {
        switch self.bucket.storage {
        case .tree: try LeafPage(self.checkOverflow(of: file.treePage(self.tree.leaves[index], in: bytes)))
        case .inline(let range): try LeafPage(inline: range, within: self.bucket.page, in: bytes)
        }
    }

    /// Refuses overflow pages that are pages of their own: of two leaves that overlap, one begins within
    /// the other, so no byte is read twice.
    private func checkOverflow(of page: TreePage) throws(BoltError) -> TreePage {
        let first = page.header.id.rawValue
        for id in first..<first + UInt64(page.header.overflow)
        where self.tree.firstPages.contains(PageID(id + 1)) {
            throw BoltError(.referencedTwice, page: PageID(id + 1))
        }
        return page
    }
}

extension BoltFile {
    /// Finds the leaves of `bucket` by reading its branch pages; no leaf but the first is touched.
    ///
    /// - Parameters:
    ///   - bucket: Whose leaves.
    ///   - checkingEdges: Whether a ``LeafWalk`` is to compare them with the keys that branch pages promise; this
    ///     takes 16 bytes a leaf.
    /// - Returns: The leaves, unread.
    /// - Throws: A `BoltError` when a branch page is damaged, a page is named twice, or the tree is too deep.
    public func leaves(of bucket: Bucket, checkingEdges: Bool = false) throws(BoltError) -> LeafList {
        switch bucket.storage {
        case .inline:
            return LeafList(bucket: bucket)
        case .tree(let root):
            return try self.file.withBytes { (bytes) throws(BoltError) in
                let tree = try TreeOutline(of: self, root: root, keepingEdges: checkingEdges, in: bytes)
                return LeafList(bucket: bucket, tree: tree)
            }
        }
    }
}
