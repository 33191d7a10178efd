/// A bolt reader of a few lines, so that what the writer wrote is judged by something else.
///
/// It trusts nothing that it does not look at, but it traps on damage: for tests only.
struct PlainBoltReader {
    struct Pair: Equatable {
        var key: [UInt8]
        var value: [UInt8]
    }

    let bytes: [UInt8]
    let pageSize: Int
    /// The pages that the tree reached, with their lengths in pages.
    private(set) var reached: [Int: Int] = [:]
    /// Where the content of each page that was reached ends: the offset after its last key or value.
    private(set) var contentEnds: [Int: Int] = [:]
    /// The number of elements of every branch that was reached.
    private(set) var branchCounts: [Int] = []

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        self.pageSize = Self.integer(bytes, 24, 4)
    }

    /// The bytes of a meta page after its header: magic, version, …, checksum as eight-byte words.
    func metaWord(page: Int, _ word: Int) -> UInt64 {
        UInt64(truncatingIfNeeded: Self.integer(self.bytes, page * self.pageSize + 16 + 8 * word, 8))
    }

    /// Every bucket in the file's order with its pairs.
    mutating func buckets() -> [(name: [UInt8], pairs: [Pair])] {
        let counting = self.metaWord(page: 1, 6) > self.metaWord(page: 0, 6) ? 1 : 0
        var buckets: [(name: [UInt8], pairs: [Pair])] = []
        for (isBucket, name, value) in self.tree(Int(self.metaWord(page: counting, 2))) {
            precondition(isBucket)
            let root = Self.integer(value, 0, 8)
            let pairs = root == 0 ? Self.leaf(value, 16) : self.tree(root)
            buckets.append((name, pairs.map { Pair(key: $0.key, value: $0.value) }))
        }
        return buckets
    }

    private typealias Element = (isBucket: Bool, key: [UInt8], value: [UInt8])

    private mutating func tree(_ page: Int) -> [Element] {
        let start = page * self.pageSize
        precondition(Self.integer(self.bytes, start, 8) == page && self.reached[page] == nil)
        self.reached[page] = 1 + Self.integer(self.bytes, start + 12, 4)
        let flags = Self.integer(self.bytes, start + 8, 2)
        let count = Self.integer(self.bytes, start + 10, 2)
        if flags == 2 {
            let elements = Self.leaf(self.bytes, start)
            let content = elements.reduce(0) { $0 + $1.key.count + $1.value.count }
            self.contentEnds[page] = start + 16 + 16 * count + content
            return elements
        }
        precondition(flags == 1)
        self.branchCounts.append(count)
        self.contentEnds[page] = start + 16 + 16 * count
        return (0..<count).flatMap { index in
            let at = start + 16 + 16 * index
            let position = at + Self.integer(self.bytes, at, 4)
            let key = Array(self.bytes[position..<position + Self.integer(self.bytes, at + 4, 4)])
            self.contentEnds[page]? += key.count
            let below = self.tree(Self.integer(self.bytes, at + 8, 8))
            precondition(below.first?.key == key)
            return below
        }
    }

    private static func leaf(_ bytes: [UInt8], _ start: Int) -> [Element] {
        let count = Self.integer(bytes, start + 10, 2)
        return (0..<count).map { index in
            let at = start + 16 + 16 * index
            let position = at + Self.integer(bytes, at + 4, 4)
            let middle = position + Self.integer(bytes, at + 8, 4)
            let end = middle + Self.integer(bytes, at + 12, 4)
            return (
                Self.integer(bytes, at, 4) == 1, Array(bytes[position..<middle]), Array(bytes[middle..<end])
            )
        }
    }

    private static func integer(_ bytes: [UInt8], _ at: Int, _ size: Int) -> Int {
        var value: UInt64 = 0
        for index in (0..<size).reversed() { value = value << 8 | UInt64(bytes[at + index]) }
        return Int(truncatingIfNeeded: value)
    }
}
