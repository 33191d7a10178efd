/// The keys that a branch page promises for a child: from the branch's key, before the next one's.
struct KeyBounds {
    /// File range of the child's first key; nil at the root.
    var first: Range<Int>?
    /// File range of the key that no longer belongs; nil at the right edge.
    var end: Range<Int>?

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
