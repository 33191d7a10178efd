/// Keys from `start` up to but without `end`; without an end, all from `start` on.
struct GrantedRange: Hashable, Sendable {
    var start: [UInt8]
    var end: [UInt8]?

    /// As requests and permissions write it: no `rangeEnd` is the one key, a single zero byte is no end.
    init(key: [UInt8], rangeEnd: [UInt8]) {
        self.start = key
        self.end = rangeEnd.isEmpty ? key + [0] : rangeEnd == [0] ? nil : rangeEnd
    }

    fileprivate func endsAfter(_ key: [UInt8]) -> Bool {
        guard let end = self.end else { return true }
        return key.lexicographicallyPrecedes(end)
    }

    fileprivate func endsAtOrAfter(_ other: [UInt8]?) -> Bool {
        guard let end = self.end else { return true }
        guard let other else { return false }
        return !end.lexicographicallyPrecedes(other)
    }
}

/// Intervals whose union is asked for: sorted, and merged where they touch.
struct GrantedRanges: Hashable, Sendable {
    private var merged: [GrantedRange] = []

    init(_ intervals: [GrantedRange]) {
        for next in intervals.sorted(by: { $0.start.lexicographicallyPrecedes($1.start) }) {
            if let last = self.merged.last, last.endsAtOrAfter(next.start) {
                if !last.endsAtOrAfter(next.end) { self.merged[self.merged.count - 1].end = next.end }
            } else {
                self.merged.append(next)
            }
        }
    }

    /// Whether every key of `interval` lies in the union.
    func covers(_ interval: GrantedRange) -> Bool {
        self.merged.contains {
            !interval.start.lexicographicallyPrecedes($0.start) && $0.endsAfter(interval.start)
                && $0.endsAtOrAfter(interval.end)
        }
    }
}
