import EtcdStorage

/// Ranges of keys whose union is asked for: sorted, and merged where they touch.
struct KeyRangeUnion: Hashable, Sendable {
    private var merged: [KeyRange] = []

    init(_ ranges: [KeyRange] = []) {
        for next in ranges.sorted(by: { $0.start.lexicographicallyPrecedes($1.start) }) {
            let end = next.upperBound
            if let last = self.merged.last, last.endsAtOrAfter(next.start) {
                if !last.endsAtOrAfter(end) { self.merged[self.merged.count - 1].end = .until(end) }
            } else {
                self.merged.append(KeyRange(start: next.start, end: .until(end)))
            }
        }
    }

    /// Adds the ranges of another union.
    mutating func formUnion(_ other: KeyRangeUnion) {
        if !other.merged.isEmpty { self = KeyRangeUnion(self.merged + other.merged) }
    }

    /// Whether every key of `range` lies in the union.
    func covers(_ range: KeyRange) -> Bool {
        guard let nearest = self.lastRange(from: range.start) else { return false }
        return nearest.endsAfter(range.start) && nearest.endsAtOrAfter(range.upperBound)
    }

    func contains(_ key: [UInt8]) -> Bool {
        self.lastRange(from: key)?.endsAfter(key) ?? false
    }

    /// The last range that starts at `key` or before: no other can contain it.
    private func lastRange(from key: [UInt8]) -> KeyRange? {
        var low = 0
        var high = self.merged.count
        while low < high {
            let middle = (low + high) / 2
            if key.lexicographicallyPrecedes(self.merged[middle].start) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low > 0 ? self.merged[low - 1] : nil
    }
}

extension KeyRange {
    fileprivate func endsAfter(_ key: [UInt8]) -> Bool {
        guard let end = self.upperBound else { return true }
        return key.lexicographicallyPrecedes(end)
    }

    /// Whether nothing before `key` lies behind the range; nil means no end.
    fileprivate func endsAtOrAfter(_ key: [UInt8]?) -> Bool {
        guard let end = self.upperBound else { return true }
        guard let key else { return false }
        return !end.lexicographicallyPrecedes(key)
    }
}

extension KeyRange.End {
    fileprivate static func until(_ key: [UInt8]?) -> Self { key.map { .before($0) } ?? .none }
}
