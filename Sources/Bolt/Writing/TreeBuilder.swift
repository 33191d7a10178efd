/// Builds one bucket's tree from its pairs in order, leaves first, each branch when it is full.
///
/// On every level one branch is being filled and one full branch is held back: should the last branch
/// of a level end up with a single child, the one held back takes it. So memory is two branches a level.
struct TreeBuilder {
    private struct Level {
        var held: BranchBuilder?
        var filling = BranchBuilder()
    }

    private(set) var leaf = LeafBuilder()
    private var levels: [Level] = []
    private var lastKey: [UInt8] = []

    /// Whether the whole bucket still fits into the one leaf that is being filled.
    var isSingleLeaf: Bool { self.levels.isEmpty }

    /// Adds a pair; `flags` are a leaf element's.
    mutating func append(
        flags: UInt32,
        key: RawSpan,
        value: RawSpan,
        to pages: inout PageOutput
    ) throws(BoltWriterError) {
        guard (1...BoltWriter.maximumKeySize).contains(key.byteCount) else {
            throw .keySize(key.byteCount)
        }
        guard value.byteCount <= BoltWriter.maximumValueSize else { throw .valueSize(value.byteCount) }
        guard precedes(self.lastKey, key) else { throw .keysOutOfOrder }
        self.lastKey.removeAll(keepingCapacity: true)
        key.withUnsafeBytes { self.lastKey.append(contentsOf: $0) }
        if !self.leaf.takes(content: key.byteCount + value.byteCount) { try self.closeLeaf(&pages) }
        self.leaf.append(flags: flags, key: key, value: value)
    }

    /// Writes what is left; an empty tree is an empty leaf.
    ///
    /// - Returns: The tree's root page.
    mutating func finish(_ pages: inout PageOutput) throws(BoltWriterError) -> PageID {
        if self.levels.isEmpty { return try self.leaf.write(to: &pages) }
        if !self.leaf.isEmpty { try self.closeLeaf(&pages) }
        var index = 0
        while true {
            if let root = try self.finishLevel(index, &pages) { return root }
            index += 1
        }
    }

    /// Makes the tree's one leaf a bucket's inline page.
    mutating func finishInline(to bytes: inout [UInt8]) {
        self.leaf.writeInline(to: &bytes)
    }

    private mutating func closeLeaf(_ pages: inout PageOutput) throws(BoltWriterError) {
        let key = Array(self.leaf.firstKey)[...]
        let page = try self.leaf.write(to: &pages)
        try self.addChild(key: key, page: page, level: 0, &pages)
    }

    private mutating func addChild(
        key: ArraySlice<UInt8>,
        page: PageID,
        level: Int,
        _ pages: inout PageOutput
    ) throws(BoltWriterError) {
        if level == self.levels.count { self.levels.append(Level()) }
        if !self.levels[level].filling.takes(keySize: key.count) {
            try self.writeHeld(level, &pages)
            self.levels[level].held = self.levels[level].filling
            self.levels[level].filling = BranchBuilder()
        }
        self.levels[level].filling.append(key: key, page: page)
    }

    private mutating func writeHeld(_ level: Int, _ pages: inout PageOutput) throws(BoltWriterError) {
        guard let held = self.levels[level].held else { return }
        self.levels[level].held = nil
        let page = try held.write(to: &pages)
        try self.addChild(key: held.firstKey, page: page, level: level + 1, &pages)
    }

    /// Closes the level's last branches.
    ///
    /// - Returns: The root's page when the level has a single node, else nil.
    private mutating func finishLevel(
        _ level: Int,
        _ pages: inout PageOutput
    ) throws(BoltWriterError) -> PageID? {
        if self.levels[level].filling.count == 1, self.levels[level].held != nil {
            let last = self.levels[level].filling
            self.levels[level].held?.append(contentsOf: last)
            self.levels[level].filling = BranchBuilder()
        } else if level + 1 == self.levels.count, self.levels[level].held == nil {
            let root = self.levels[level].filling
            if let only = root.onlyChild { return only }
            return try root.write(to: &pages)
        }
        try self.writeHeld(level, &pages)
        if self.levels[level].filling.count > 0 {
            self.levels[level].held = self.levels[level].filling
            self.levels[level].filling = BranchBuilder()
            try self.writeHeld(level, &pages)
        }
        return nil
    }
}

/// Whether `key` comes after `last`, byte by byte; everything comes after an empty `last`.
private func precedes(_ last: [UInt8], _ key: RawSpan) -> Bool {
    let common = min(last.count, key.byteCount)
    for index in 0..<common {
        let byte = key.littleEndian(UInt8.self, at: index)
        if last[index] != byte { return last[index] < byte }
    }
    return last.count < key.byteCount
}
