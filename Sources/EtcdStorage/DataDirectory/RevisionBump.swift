/// By how much a restore raises the store's revision, so that clients that remember later revisions
/// than the snapshot's never see one go back; everything before is then compacted.
///
/// Source: etcd-io/etcd `etcdutl/etcdutl/snapshot_command.go` and `etcdutl/snapshot/v3_snapshot.go`.
public struct RevisionBump: Hashable, Sendable {
    /// How many revisions; at least 1.
    public let amount: Int64

    /// Combines the flags `--bump-revision` and `--mark-compacted`, which go together.
    ///
    /// - Returns: The bump; nil when neither was given.
    /// - Throws: `.bumpWithoutMark`, `.markWithoutBump` or `.bumpTooLarge`.
    public static func from(
        bumpRevision amount: UInt64,
        markCompacted: Bool
    ) throws(RestorePlanError) -> RevisionBump? {
        switch (amount, markCompacted) {
        case (0, false): return nil
        case (0, true): throw .markWithoutBump
        case (_, false): throw .bumpWithoutMark
        case (_, true):
            guard let amount = Int64(exactly: amount) else { throw .bumpTooLarge }
            return RevisionBump(amount: amount)
        }
    }

    /// The revision that follows from the snapshot's last one.
    func revision(after last: Int64) throws(RestorePlanError) -> Int64 {
        let (revision, overflows) = last.addingReportingOverflow(self.amount)
        if overflows { throw .bumpTooLarge }
        return revision
    }
}

/// Which flags of a restore contradict each other or ask for too much.
public enum RestorePlanError: Error, Hashable, Sendable {
    case bumpWithoutMark
    case markWithoutBump
    /// The raised revision would not fit into 63 bits.
    case bumpTooLarge
}

extension RestorePlanError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .bumpWithoutMark: "--bump-revision needs --mark-compacted"
        case .markWithoutBump: "--mark-compacted needs --bump-revision with a number above 0"
        case .bumpTooLarge: "--bump-revision raises the revision beyond what etcd can count"
        }
    }
}
