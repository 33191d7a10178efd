/// Which keys are meant: one, those with a prefix, or those from one on, as etcd's range requests say it.
public struct KeyRange: Hashable, Sendable {
    /// The first key.
    public var start: [UInt8]
    /// Where the range ends.
    public var end: End

    /// The end of a range of keys.
    public enum End: Hashable, Sendable {
        /// `start` alone.
        case single
        /// The first key that no longer belongs.
        case before([UInt8])
        /// There is none.
        case none
    }

    public init(start: [UInt8], end: End) {
        self.start = start
        self.end = end
    }

    /// Every key.
    public static let all = KeyRange(start: [], end: .none)

    /// One key.
    public static func key(_ key: [UInt8]) -> KeyRange {
        KeyRange(start: key, end: .single)
    }

    /// The keys that begin with `prefix`.
    ///
    /// The end is the prefix with its last byte raised, as etcd's clients compute it.
    public static func prefix(_ prefix: [UInt8]) -> KeyRange {
        var end = prefix
        while let last = end.last, last == 0xFF { end.removeLast() }
        guard let last = end.popLast() else { return KeyRange(start: prefix, end: .none) }
        end.append(last + 1)
        return KeyRange(start: prefix, end: .before(end))
    }

    /// The keys from `key` on.
    public static func from(_ key: [UInt8]) -> KeyRange {
        KeyRange(start: key, end: .none)
    }

    func contains(_ key: Range<Int>, in bytes: RawSpan) -> Bool {
        bytes.extracting(key).withUnsafeBytes { key in
            switch self.end {
            case .single:
                key.elementsEqual(self.start)
            case .none:
                !key.lexicographicallyPrecedes(self.start)
            case .before(let end):
                !key.lexicographicallyPrecedes(self.start) && key.lexicographicallyPrecedes(end)
            }
        }
    }

    /// The same keys in ranges that do not overlap: what lies wholly within another range goes.
    ///
    /// The ranges are single keys and prefixes, of which two never overlap in part.
    public static func withoutOverlap(_ ranges: [KeyRange]) -> [KeyRange] {
        var kept: [KeyRange] = []
        for range in ranges where !kept.contains(where: { $0.covers(range) }) {
            kept.removeAll { range.covers($0) }
            kept.append(range)
        }
        return kept
    }

    private func covers(_ other: KeyRange) -> Bool {
        if self == other { return true }
        guard !other.start.lexicographicallyPrecedes(self.start) else { return false }
        switch self.end {
        case .single: return false
        case .none: return true
        case .before(let end): return other.start.lexicographicallyPrecedes(end)
        }
    }
}
