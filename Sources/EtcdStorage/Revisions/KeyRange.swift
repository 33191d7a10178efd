import Bolt

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

    /// A range as etcd's requests and permissions write it.
    ///
    ///     rangeEnd    keys
    ///     empty       `key` alone
    ///     one zero    those from `key` on
    ///     otherwise   those from `key` up to, without, `rangeEnd`; none when that is not above `key`
    ///
    /// Source: etcd-io/etcd `api/etcdserverpb/rpc.proto`, `message RangeRequest`.
    public init(key: some Sequence<UInt8>, rangeEnd: some Collection<UInt8>) {
        self.start = Array(key)
        self.end =
            rangeEnd.isEmpty ? .single : rangeEnd.elementsEqual([0]) ? .none : .before(Array(rangeEnd))
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

    /// The first key that no longer belongs, also for a single key; nil when the range has no end.
    public var upperBound: [UInt8]? {
        switch self.end {
        case .single: self.start + [0]
        case .before(let end): end
        case .none: nil
        }
    }

    public func contains(_ key: RawSpan) -> Bool {
        let order = key.compare(self.start.span.bytes)
        switch self.end {
        case .single: return order == 0
        case .none: return order >= 0
        case .before(let end): return order >= 0 && key.compare(end.span.bytes) < 0
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
