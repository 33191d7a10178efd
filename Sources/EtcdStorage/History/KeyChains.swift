import Bolt

/// For each of some changes in order of revision, the change of the same key before it.
///
/// A hash table over records that stay where they lie, as ``KeyIndex`` is, of positions instead of entries: 4 bytes a
/// change, and 12 to 20 a key.
struct KeyChains {
    /// For each change the position, plus 1, of the one before it; 0 for the first of its key.
    private(set) var previous: [UInt32] = []
    /// For each key, in the order in which the keys were first met, the position of its last change.
    private(set) var last: [UInt32] = []
    private var table = HashTable(slotCount: 1 << 12)

    /// Goes through `entries` once.
    init(of entries: [KeyIndex.Entry], in records: KeyRecords) {
        self.previous.reserveCapacity(entries.count)
        records.withRecordBytes { bytes in
            for position in entries.indices { self.append(position, of: entries, in: bytes) }
        }
    }

    private mutating func append(_ position: Int, of entries: [KeyIndex.Entry], in bytes: RecordBytes) {
        if self.table.isFull(count: self.last.count) {
            self.table.grow(self.last.lazy.map { Int(entries[Int($0)].hash) })
        }
        let entry = entries[position]
        let place = self.table.place(hash: Int(entry.hash)) { key in
            let earlier = entries[Int(self.last[key])]
            return earlier.hash == entry.hash && bytes.isSameKey(earlier, entry)
        }
        switch place {
        case .element(let key):
            self.previous.append(self.last[key] &+ 1)
            self.last[key] = UInt32(truncatingIfNeeded: position)
        case .free(let slot):
            self.previous.append(0)
            self.table.fill(slot, with: self.last.count)
            self.last.append(UInt32(truncatingIfNeeded: position))
        }
    }
}

extension RecordBytes {
    /// Whether two records are of one key.
    func isSameKey(_ left: KeyIndex.Entry, _ right: KeyIndex.Entry) -> Bool {
        left.keyCount == right.keyCount
            && self.withKey(of: left) { key in self.withKey(of: right) { key.compare($0) == 0 } }
    }
}
