/// The branch page that is being filled: its children's first keys and page numbers.
struct BranchBuilder {
    private var children: [(keySize: Int, page: PageID)] = []
    private var keys: [UInt8] = []

    var count: Int { self.children.count }
    var byteCount: Int {
        PageHeader.byteCount + self.children.count * BranchElement.byteCount + self.keys.count
    }

    /// Whether a child with a key of `keySize` bytes fits; two always do, for a branch with one is idle.
    func takes(keySize: Int) -> Bool {
        self.count < 2 || self.byteCount + BranchElement.byteCount + keySize <= PageOutput.pageSize
    }

    var firstKey: ArraySlice<UInt8> { self.keys.prefix(self.children.first?.keySize ?? 0) }
    /// The page of the only child.
    var onlyChild: PageID? { self.count == 1 ? self.children.first?.page : nil }

    mutating func append(key: ArraySlice<UInt8>, page: PageID) {
        self.children.append((key.count, page))
        self.keys += key
    }

    /// Takes over the children of the next branch on the same level.
    mutating func append(contentsOf other: BranchBuilder) {
        self.children += other.children
        self.keys += other.keys
    }

    func write(to pages: inout PageOutput) throws(BoltWriterError) -> PageID {
        var bytes: [UInt8] = []
        var offset = UInt32(self.children.count * BranchElement.byteCount)
        for child in self.children {
            let keySize = UInt32(child.keySize)
            BranchElement(position: offset, keySize: keySize, child: child.page).write(to: &bytes)
            // The next element begins 16 bytes later, and its key right after this one.
            offset += keySize
            offset -= UInt32(BranchElement.byteCount)
        }
        bytes += self.keys
        let byteCount = self.byteCount
        let id = try pages.begin(.branch, count: self.count, byteCount: byteCount, elements: bytes)
        try pages.end()
        return id
    }
}
