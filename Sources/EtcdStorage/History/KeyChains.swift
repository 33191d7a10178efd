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
    /// Open addressing with linear probing: 0 = free, else an index into `last`, plus 1.
    private var slots = [UInt32](repeating: 0, count: 1 << 12)

    /// Goes through `entries` once.
    init(of entries: [KeyIndex.Entry], in records: KeyRecords) {
        self.previous.reserveCapacity(entries.count)
        records.withRecordBytes { bytes in
            for position in entries.indices { self.append(position, of: entries, in: bytes) }
        }
    }

    private mutating func append(_ position: Int, of entries: [KeyIndex.Entry], in bytes: RecordBytes) {
        if self.last.count * 2 >= self.slots.count { self.grow(entries) }
        let entry = entries[position]
        let mask = self.slots.count - 1
        var slot = Int(entry.hash) & mask
        while self.slots[slot] != 0 {
            let key = Int(self.slots[slot]) - 1
            let earlier = Int(self.last[key])
            if entries[earlier].hash == entry.hash, bytes.isSameKey(entries[earlier], entry) {
                self.previous.append(UInt32(truncatingIfNeeded: earlier + 1))
                self.last[key] = UInt32(truncatingIfNeeded: position)
                return
            }
            slot = (slot + 1) & mask
        }
        self.previous.append(0)
        self.last.append(UInt32(truncatingIfNeeded: position))
        self.slots[slot] = UInt32(truncatingIfNeeded: self.last.count)
    }

    private mutating func grow(_ entries: [KeyIndex.Entry]) {
        let mask = self.slots.count * 2 - 1
        var larger = [UInt32](repeating: 0, count: mask + 1)
        for (key, position) in self.last.enumerated() {
            var slot = Int(entries[Int(position)].hash) & mask
            while larger[slot] != 0 { slot = (slot + 1) & mask }
            larger[slot] = UInt32(truncatingIfNeeded: key + 1)
        }
        self.slots = larger
    }
}

extension RecordBytes {
    /// Whether two records are of one key.
    fileprivate func isSameKey(_ left: KeyIndex.Entry, _ right: KeyIndex.Entry) -> Bool {
        left.keyCount == right.keyCount
            && self.withKey(of: left) { key in self.withKey(of: right) { key.compare($0) == 0 } }
    }
}
