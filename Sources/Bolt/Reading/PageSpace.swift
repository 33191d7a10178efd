import Files

/// How many pages something takes, and how many of their bytes are the file's own.
///
/// What is left of the pages beside these bytes and the pairs of buckets is slack.
public struct PageSpace: Hashable, Sendable {
    /// Pages, overflow pages among them.
    public var pageCount = 0
    /// Page headers, element tables, keys of branch pages, and buckets' names and headers, in bytes.
    public var structureByteCount = 0

    public init() {}

    public mutating func add(_ other: PageSpace) {
        self.pageCount += other.pageCount
        self.structureByteCount += other.structureByteCount
    }

    /// Adds a page of a tree with its overflow pages, but not what its elements say.
    mutating func add(_ page: TreePage, pageSize: Int) {
        self.pageCount += (page.end - page.offset) / pageSize
        self.structureByteCount += PageHeader.byteCount + page.count * LeafElement.byteCount
    }
}

extension LeafList {
    /// The branch pages above the leaves.
    public var branches: PageSpace { self.tree.branches }

    /// A leaf of the list, without its pairs; the pages of an inline bucket are those of the leaf that holds it.
    public func space(of leaf: LeafPage, pageSize: Int) -> PageSpace {
        var space = PageSpace()
        space.structureByteCount = PageHeader.byteCount + leaf.count * LeafElement.byteCount
        guard case .tree = self.bucket.storage else { return space }
        space.pageCount = (leaf.end - leaf.elements + PageHeader.byteCount) / pageSize
        return space
    }
}

extension BoltFile {
    /// The tree that names the buckets; what lies in an inline bucket does not count.
    ///
    /// - Throws: A `BoltError` when one of its pages is damaged.
    public func spaceOfBucketTree() throws(BoltError) -> PageSpace {
        try self.file.withBytes { (bytes) throws(BoltError) in
            let tree = try TreeOutline(of: self, root: self.meta.root, in: bytes)
            var space = tree.branches
            for id in tree.leaves {
                let page = try self.treePage(id, in: bytes)
                space.add(page, pageSize: self.pageSize)
                var pairs = try LeafPage(page).pairs
                while let pair = try pairs.next(in: bytes) {
                    space.structureByteCount += pair.keyCount + min(pair.valueCount, BucketHeader.byteCount)
                }
            }
            return space
        }
    }

    /// How many pages the list of free pages takes; 0 when there is none.
    ///
    /// - Throws: A `BoltError` when it is damaged.
    public func freelistPageCount() throws(BoltError) -> Int {
        guard self.meta.freelist != .none else { return 0 }
        return try self.file.withBytes { (bytes) throws(BoltError) in
            try Freelist(of: self, in: bytes).ownPages.count
        }
    }
}
