import EtcdStorage

/// Ranges of keys whose union is asked for: sorted, and merged where they touch.
struct GrantedRanges: Hashable, Sendable {
    private var merged: [KeyRange] = []

    init(_ ranges: [KeyRange]) {
        for next in ranges.sorted(by: { $0.start.lexicographicallyPrecedes($1.start) }) {
            let end = next.upperBound
            if let last = self.merged.last, last.endsAtOrAfter(next.start) {
                if !last.endsAtOrAfter(end) { self.merged[self.merged.count - 1].end = .until(end) }
            } else {
                self.merged.append(KeyRange(start: next.start, end: .until(end)))
            }
        }
    }

    /// Whether every key of `range` lies in the union.
    func covers(_ range: KeyRange) -> Bool {
        let end = range.upperBound
        return self.merged.contains {
            !range.start.lexicographicallyPrecedes($0.start) && $0.endsAfter(range.start)
                && $0.endsAtOrAfter(end)
        }
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
