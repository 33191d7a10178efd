/// Finds the elements of a list by their hashes: open addressing with linear probing, 8 to 16 bytes an element.
///
/// The list stays with its owner, who knows the hashes and compares the elements.
struct HashTable {
    /// Where an element is, or where it belongs.
    enum Place {
        /// Its index in the list.
        case element(Int)
        case free(slot: Int)
    }

    /// 0 = free, else an index into the list, plus 1.
    private var slots: [UInt32]

    /// - Parameter slotCount: A power of two.
    init(slotCount: Int) {
        self.slots = Array(repeating: 0, count: slotCount)
    }

    /// - Parameters:
    ///   - hash: Of the element that is looked for.
    ///   - isWanted: Whether the element at an index is that one.
    /// - Returns: Where it is; where none is wanted, the slot that is to be filled with a new one.
    @inline(__always)
    func place(hash: Int, where isWanted: (Int) -> Bool) -> Place {
        let mask = self.slots.count - 1
        var slot = hash & mask
        while self.slots[slot] != 0 {
            let index = Int(self.slots[slot]) - 1
            if isWanted(index) { return .element(index) }
            slot = (slot + 1) & mask
        }
        return .free(slot: slot)
    }

    /// Puts the element at `index` where it belongs.
    mutating func fill(_ slot: Int, with index: Int) {
        self.slots[slot] = UInt32(truncatingIfNeeded: index + 1)
    }

    /// Whether ``grow(_:)`` comes before another element, when there are `count`.
    func isFull(count: Int) -> Bool { count * 2 >= self.slots.count }

    /// Makes the table twice as large.
    ///
    /// - Parameter hashes: Of all elements, in the order of the list.
    mutating func grow(_ hashes: some Sequence<Int>) {
        let mask = self.slots.count * 2 - 1
        var larger = [UInt32](repeating: 0, count: mask + 1)
        for (index, hash) in hashes.enumerated() {
            var slot = hash & mask
            while larger[slot] != 0 { slot = (slot + 1) & mask }
            larger[slot] = UInt32(truncatingIfNeeded: index + 1)
        }
        self.slots = larger
    }
}
