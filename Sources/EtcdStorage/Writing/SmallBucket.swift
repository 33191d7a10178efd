/// What a bucket other than `key` holds in a new database; the bucket is created when it is missing.
public enum SmallBucket: Hashable, Sendable {
    /// Values by their keys.
    public typealias Pairs = [[UInt8]: [UInt8]]

    /// The source's pairs, and these in their place or between them.
    case overlaid(with: Pairs)
    /// These pairs alone.
    case replaced(by: Pairs)

    /// The source's pairs as they are.
    public static let kept = SmallBucket.overlaid(with: [:])
    /// No pairs.
    public static let emptied = SmallBucket.replaced(by: [:])

    /// Whether the source's pairs are read.
    var readsSource: Bool {
        switch self {
        case .overlaid: true
        case .replaced: false
        }
    }

    /// What does not come from the source, by ascending key.
    var newPairs: [(key: [UInt8], value: [UInt8])] {
        switch self {
        case .overlaid(let pairs), .replaced(let pairs):
            pairs.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        }
    }
}

extension SmallBucket {
    /// Bucket `meta` as in the source, but for where the store stands; what is nil stays as it is.
    ///
    /// - Parameters:
    ///   - consistentIndex: Index of the last raft entry that was applied.
    ///   - term: That entry's raft term.
    ///   - scheduledCompaction: Main revision of the last compaction that was asked for.
    ///   - finishedCompaction: Main revision of the last compaction that is done.
    ///   - confState: JSON of the raft configuration.
    /// - Returns: The bucket.
    public static func meta(
        consistentIndex: UInt64,
        term: UInt64,
        scheduledCompaction: Int64? = nil,
        finishedCompaction: Int64? = nil,
        confState: String? = nil
    ) -> SmallBucket {
        var pairs = [
            MetaKey.consistentIndex.bytes: bigEndianBytes(consistentIndex),
            MetaKey.term.bytes: bigEndianBytes(term),
        ]
        if let scheduledCompaction {
            pairs[MetaKey.scheduledCompaction.bytes] = RevisionKey(main: scheduledCompaction, sub: 0).bytes
        }
        if let finishedCompaction {
            pairs[MetaKey.finishedCompaction.bytes] = RevisionKey(main: finishedCompaction, sub: 0).bytes
        }
        if let confState { pairs[MetaKey.confState.bytes] = Array(confState.utf8) }
        return .overlaid(with: pairs)
    }
}
