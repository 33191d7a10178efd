/// A branch or leaf page whose header and length have been checked.
struct TreePage {
    var header: PageHeader
    /// File offset of the header.
    var offset: Int
    /// File offset just past the page and its overflow pages.
    var end: Int
    /// File offset that the content must reach, at least: a page has no overflow page that it does not need.
    ///
    /// Old versions of bbolt took one more page when the content ended exactly at a page's end.
    var requiredEnd: Int

    /// File offset of the first element.
    var elements: Int { self.offset + PageHeader.byteCount }
    var count: Int { Int(self.header.count) }

    /// Checks that `count` elements of 16 bytes fit.
    func requireElementTable() throws(BoltError) {
        guard self.end - self.elements >= self.count * LeafElement.byteCount else {
            throw BoltError(.elementsOutOfPage(count: self.count), page: self.header.id)
        }
    }
}

extension BoltFile {
    /// The header and extent of page `id`, which a tree names.
    ///
    /// - Throws: `.pageOutOfRange`, `.overflowOutOfRange`, or what the header throws.
    func treePage(_ id: PageID, in bytes: RawSpan) throws(BoltError) -> TreePage {
        let highWater = self.meta.highWater
        guard id.rawValue >= 2, id < highWater else {
            throw BoltError(.pageOutOfRange(highWater: highWater), page: id)
        }
        let offset = Int(id.rawValue) * self.pageSize
        let header = try PageHeader(reading: bytes, at: offset, page: id)
        guard header.kind == .branch || header.kind == .leaf else {
            throw BoltError(.unexpectedKind(header.kind), page: id)
        }
        guard UInt64(header.overflow) < highWater.rawValue - id.rawValue else {
            throw BoltError(.overflowOutOfRange(overflow: header.overflow), page: id)
        }
        let end = offset + (Int(header.overflow) + 1) * self.pageSize
        let requiredEnd = header.overflow == 0 ? offset : end - self.pageSize
        let page = TreePage(header: header, offset: offset, end: end, requiredEnd: requiredEnd)
        try page.requireElementTable()
        return page
    }
}

/// Walks the elements of one branch page, checking each.
struct BranchElements {
    private let page: TreePage
    private var index = 0
    private var keyStart: Int

    init(_ page: TreePage) throws(BoltError) {
        guard page.header.kind == .branch else {
            throw BoltError(.unexpectedKind(page.header.kind), page: page.header.id)
        }
        guard page.count > 0 else { throw BoltError(.emptyBranch, page: page.header.id) }
        self.page = page
        self.keyStart = page.elements + page.count * BranchElement.byteCount
    }

    /// The next child with the file range of its key; nil after the last.
    mutating func next(in bytes: RawSpan) throws(BoltError) -> (child: PageID, key: Range<Int>)? {
        guard self.index < self.page.count else {
            guard self.keyStart >= self.page.requiredEnd else {
                throw BoltError(.contentTooShort, page: self.page.header.id)
            }
            return nil
        }
        let offset = self.page.elements + self.index * BranchElement.byteCount
        let element = BranchElement(reading: bytes, at: offset)
        guard offset + Int(element.position) == self.keyStart else {
            throw BoltError(.elementMisplaced(index: self.index), page: self.page.header.id)
        }
        let end = self.keyStart + Int(element.keySize)
        guard end <= self.page.end else {
            throw BoltError(.elementOutOfPage(index: self.index), page: self.page.header.id)
        }
        defer {
            self.keyStart = end
            self.index += 1
        }
        return (element.child, self.keyStart..<end)
    }
}
