import Files

/// What whoever reads leaves anyway finds out by the way about the file's structure.
///
/// With the walks over all leaves of all buckets, ``StructureCheck/init(of:buckets:walks:)`` checks a file without
/// reading it once more.
public struct LeafWalk: Sendable {
    /// The pages behind the first of each leaf that takes several.
    private(set) var overflow: [Range<UInt64>] = []
    /// The leaves whose first key is not the one by which their branch names them.
    private(set) var findings: [BoltError] = []

    public init() {}

    /// Notes the leaf at `index` of `leaves`, which were listed with their edges.
    public mutating func note(_ leaf: LeafPage, at index: Int, of leaves: LeafList, in bytes: RawSpan) {
        if let pages = leaf.overflow { self.overflow.append(pages) }
        guard leaves.tree.edges.indices.contains(index) else { return }
        var pairs = leaf.pairs
        // A damaged element is for the reader to say.
        guard let first = try? pairs.next(in: bytes) else {
            if leaf.count == 0 { self.findings.append(BoltError(.emptyLeaf, page: leaf.page)) }
            return
        }
        if bytes.compare(leaves.tree.edges[index], first.key) != 0 {
            self.findings.append(BoltError(.keyOutsideBranch(index: 0), page: leaf.page))
        }
    }
}

extension LeafPage {
    /// The pages behind its first one; nil when it takes no other.
    fileprivate var overflow: Range<UInt64>? {
        // A page with overflow pages must reach beyond the last but one; an inline bucket ends where it must.
        let pageSize = self.end - self.requiredEnd
        guard pageSize > 0, self.requiredEnd > self.elements else { return nil }
        let start = self.elements - PageHeader.byteCount
        let count = UInt64((self.end - start) / pageSize)
        return self.page.rawValue + 1..<self.page.rawValue + count
    }
}
