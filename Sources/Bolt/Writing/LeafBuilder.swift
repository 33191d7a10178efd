/// The leaf page that is being filled.
///
/// **Packing.** A pair joins the leaf as long as that costs fewer pages than a leaf of its own would, up
/// to ``byteLimit``. Pairs smaller than a page therefore fill single pages; larger ones share the last,
/// half-empty page of a leaf of up to four pages. On Kubernetes' mix of objects this gives the smallest
/// files: closing the leaf as soon as the next pair does not fit its page makes them bigger than bbolt's.
struct LeafBuilder {
    /// The size up to which a leaf grows beyond a single pair, header included.
    static let byteLimit = 16 << 10

    private struct Pair {
        var flags: UInt32
        /// From the first byte after the element table.
        var offset: UInt32
        var keySize: UInt32
        var valueSize: UInt32
    }

    private var pairs: [Pair] = []
    /// The keys and values, each value right after its key.
    private var content: [UInt8] = []

    /// The bytes that the leaf takes, header included.
    var byteCount: Int { Self.byteCount(pairs: self.pairs.count, content: self.content.count) }
    var isEmpty: Bool { self.pairs.isEmpty }

    private static func byteCount(pairs: Int, content: Int) -> Int {
        PageHeader.byteCount + pairs * LeafElement.byteCount + content
    }

    /// Whether a pair with `content` bytes of key and value belongs on this leaf.
    func takes(content: Int) -> Bool {
        if self.isEmpty { return true }
        let now = self.byteCount
        let then = now + LeafElement.byteCount + content
        if then > Self.byteLimit { return false }
        let alone = PageOutput.pages(Self.byteCount(pairs: 1, content: content))
        return PageOutput.pages(then) - PageOutput.pages(now) < alone
    }

    mutating func append(flags: UInt32, key: RawSpan, value: RawSpan) {
        self.pairs.append(
            Pair(
                flags: flags,
                offset: UInt32(self.content.count),
                keySize: UInt32(key.byteCount),
                valueSize: UInt32(value.byteCount)
            )
        )
        key.withUnsafeBytes { self.content.append(contentsOf: $0) }
        value.withUnsafeBytes { self.content.append(contentsOf: $0) }
    }

    /// The first key, which the branch above names; empty for an empty leaf.
    var firstKey: ArraySlice<UInt8> {
        self.content.prefix(Int(self.pairs.first?.keySize ?? 0))
    }

    /// Writes the leaf as a page of its own and empties this value.
    mutating func write(to pages: inout PageOutput) throws(BoltWriterError) -> PageID {
        let id = try pages.begin(
            .leaf,
            count: self.pairs.count,
            byteCount: self.byteCount,
            elements: self.elements()
        )
        try pages.append(self.content)
        try pages.end()
        self.removeAll()
        return id
    }

    /// Appends the leaf as a bucket's inline page, whose id is 0, and empties this value.
    mutating func writeInline(to bytes: inout [UInt8]) {
        let count = UInt16(self.pairs.count)
        PageHeader(id: PageID(0), kind: .leaf, count: count, overflow: 0).write(to: &bytes)
        bytes += self.elements()
        bytes += self.content
        self.removeAll()
    }

    private mutating func removeAll() {
        self.pairs.removeAll(keepingCapacity: true)
        // The memory that a large value took is freed.
        self.content.removeAll(keepingCapacity: self.content.capacity <= 4 * Self.byteLimit)
    }

    private func elements() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.pairs.count * LeafElement.byteCount)
        var distance = UInt32(self.pairs.count * LeafElement.byteCount)
        for pair in self.pairs {
            LeafElement(
                flags: pair.flags,
                position: distance + pair.offset,
                keySize: pair.keySize,
                valueSize: pair.valueSize
            ).write(to: &bytes)
            distance -= UInt32(LeafElement.byteCount)
        }
        return bytes
    }
}
