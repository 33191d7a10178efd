/// The keys that a branch page promises for a child: from the branch's key, before the next one's.
public struct KeyBounds: Sendable {
    /// File range of the child's first key; nil at the root.
    public var first: Range<Int>?
    /// File range of the key that no longer belongs; nil at the right edge.
    public var end: Range<Int>?

    /// Whether `key` may stand on the page.
    ///
    /// A page's first key must be the branch's own: bbolt writes it there anew whenever it writes the
    /// page, so that a changed byte in either is seen.
    func contains(_ key: Range<Int>, isFirst: Bool, in bytes: RawSpan) -> Bool {
        if isFirst, let first, bytes.compare(first, key) != 0 { return false }
        if let end, bytes.compare(key, end) >= 0 { return false }
        return true
    }
}

/// Checks every element of a leaf: bounds, flags, order, and the range that its branch promises.
func checkElements(of leaf: LeafPage, within bounds: KeyBounds, in bytes: RawSpan) throws(BoltError) {
    var pairs = leaf.pairs
    var previous: Range<Int>?
    var index = 0
    while let pair = try pairs.next(in: bytes) {
        if let previous, bytes.compare(previous, pair.key) >= 0 {
            throw BoltError(.keysOutOfOrder(index: index), page: leaf.page)
        }
        // Keys ascend, so only the first and the last can leave the range.
        if index == 0 || index == leaf.count - 1 {
            guard bounds.contains(pair.key, isFirst: index == 0, in: bytes) else {
                throw BoltError(.keyOutsideBranch(index: index), page: leaf.page)
            }
        }
        previous = pair.key
        index += 1
    }
}

/// The children of a branch page, each with the keys that are promised for it; every element is checked.
func children(
    of page: TreePage,
    within bounds: KeyBounds,
    in bytes: RawSpan
) throws(BoltError) -> [(page: PageID, bounds: KeyBounds)] {
    var children: [(page: PageID, bounds: KeyBounds)] = []
    var elements = try BranchElements(page)
    var index = 0
    while let (child, key) = try elements.next(in: bytes) {
        if let last = children.indices.last {
            guard bytes.compare(children[last].bounds.first ?? key, key) < 0 else {
                throw BoltError(.keysOutOfOrder(index: index), page: page.header.id)
            }
            children[last].bounds.end = key
        }
        guard bounds.contains(key, isFirst: index == 0, in: bytes) else {
            throw BoltError(.keyOutsideBranch(index: index), page: page.header.id)
        }
        children.append((child, KeyBounds(first: key, end: bounds.end)))
        index += 1
    }
    return children
}
