import Bolt

/// The newest change of every key met so far: a hash table over records that stay where they lie.
///
/// Keys are compared in the file's own bytes. The hash is seeded anew in each process, so that a
/// made-up file cannot choose keys that collide.
struct KeyIndex {
    /// One record of bucket `key`, 32 bytes in memory.
    struct Entry {
        /// File offset of the revision key, which the KeyValue message follows; of a change in memory its index.
        var offset: Int
        /// Length of the KeyValue message, in bytes.
        var messageCount: UInt32
        var keyCount: UInt32
        /// Length of the value within the message, in bytes.
        var valueCount: UInt32
        /// ``KeyIndex/hash(of:in:)`` of the key.
        var hash: UInt32
        /// From the message's first byte to the key, in bytes.
        var keyOffset: UInt8
        var isTombstone: Bool
        /// Whether something stands behind the value: a lease, in what etcd writes.
        var hasTail: Bool = false
        /// Whether the record is a change in memory.
        var isChange: Bool = false
        /// Whether the record lies among those of a member's log, not in the database.
        var isLogged: Bool = false
        /// Whether it is not known that the change was made.
        var isUncertain: Bool = false
        /// Whether it is not known what the key was before the change.
        var followsUnknown: Bool = false

        /// Where the message lies: in the file, or in the change's own bytes.
        var message: Range<Int> {
            if self.isChange { return 0..<Int(self.messageCount) }
            let start =
                self.offset + (self.isTombstone ? RevisionKey.tombstoneByteCount : RevisionKey.byteCount)
            return start..<start + Int(self.messageCount)
        }

        var key: Range<Int> {
            let start = self.message.lowerBound + Int(self.keyOffset)
            return start..<start + Int(self.keyCount)
        }
    }

    /// One entry a key, in the order in which the keys were first met.
    private(set) var entries: [Entry] = []
    private var table: HashTable

    /// An empty index with room for `capacity` keys; more are taken as well.
    ///
    /// - Parameters:
    ///   - capacity: The number of keys.
    ///   - entryCapacity: For how many ``entries`` there is room, where others are to be added to them later.
    init(capacity: Int = 1 << 11, entryCapacity: Int = 0) {
        var slotCount = 1 << 12
        while slotCount < capacity * 2 { slotCount *= 2 }
        self.table = HashTable(slotCount: slotCount)
        self.entries.reserveCapacity(max(capacity, entryCapacity))
    }

    /// Makes `entry` the newest change of its key.
    ///
    /// - Returns: The change that was the newest before, if there was one.
    @discardableResult
    mutating func update(_ entry: Entry, in bytes: RawSpan) -> Entry? {
        let (index, isNew) = self.index(of: entry, in: bytes)
        guard !isNew else { return nil }
        let found = self.entries[index]
        self.entries[index] = entry
        return found
    }

    /// Where the key of `entry` is among ``entries``; one that is new is added with `entry`.
    mutating func index(of entry: Entry, in bytes: RawSpan) -> (index: Int, isNew: Bool) {
        if self.table.isFull(count: self.entries.count) {
            self.table.grow(self.entries.lazy.map { Int($0.hash) })
        }
        switch self.place(of: entry, in: bytes) {
        case .element(let index): return (index, false)
        case .free(let slot):
            let index = self.entries.count
            self.table.fill(slot, with: index)
            self.entries.append(entry)
            return (index, true)
        }
    }

    @inline(__always)
    private func place(of entry: Entry, in bytes: RawSpan) -> HashTable.Place {
        self.table.place(hash: Int(entry.hash)) { index in
            let found = self.entries[index]
            return found.hash == entry.hash && bytes.compare(found.key, entry.key) == 0
        }
    }

    /// Makes `entry` the newest change of the key at `index`, which is its own.
    mutating func replace(at index: Int, with entry: Entry) {
        self.entries[index] = entry
    }

    /// Whether it has a change of the key of `entry`.
    func contains(_ entry: Entry, in bytes: RawSpan) -> Bool {
        guard case .element = self.place(of: entry, in: bytes) else { return false }
        return true
    }

    /// The hash by which a key is found, the same throughout a process.
    static func hash(of key: Range<Int>, in bytes: RawSpan) -> UInt32 {
        var hasher = Hasher()
        bytes.extracting(key).withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt32(truncatingIfNeeded: hasher.finalize())
    }
}

extension KeyIndex.Entry {
    /// The entry of a put of which all is known.
    ///
    /// - Parameters:
    ///   - offset: Where its revision key lies in the file, or the index of a change in memory.
    ///   - keyValue: Where the parts lie in the message.
    ///   - messageCount: Length of the message, in bytes.
    ///   - isChange: Whether it is a change in memory.
    init(offset: Int, _ keyValue: KeyValue, messageCount: Int, isChange: Bool = false) {
        self.init(
            offset: offset,
            messageCount: UInt32(clamping: messageCount),
            keyCount: UInt32(clamping: keyValue.key.count),
            valueCount: UInt32(clamping: keyValue.value.count),
            hash: 0,
            keyOffset: UInt8(clamping: keyValue.key.lowerBound),
            isTombstone: false,
            hasTail: keyValue.metadata.lease != 0,
            isChange: isChange
        )
    }
}
