public import EtcdStorage

/// What to do with entries of a log that are later than the last one that is known to be committed.
///
/// A member writes an entry before it is committed, and learns that it is with a later one. So such an entry may have
/// been confirmed to a client. A member alone commits by writing: its entries are committed.
public enum UncommittedEntries: String, Hashable, Sendable, CaseIterable {
    case keep
    case drop
}

/// Which entries of a member's log are applied to its database, worked out from what both say of themselves.
///
/// Source: etcd-io/etcd `server/etcdserver/bootstrap.go` (`getOrGenerateSnapshot`, `--force-new-cluster`).
public struct ReplayPlan: Hashable, Sendable {
    /// The indexes of the entries; empty when there is nothing to apply.
    public var indexes: Range<UInt64>
    /// The last entry that is known to be committed.
    public var committed: UInt64
    /// How many entries behind ``committed`` there are; 0 for a member alone.
    public var uncommittedCount: Int
    /// Whether these are applied.
    public var uncommitted: UncommittedEntries
    /// How many members vote; 0 where nobody says so.
    public var voterCount: Int
    /// Why entries that are there cannot be applied.
    public var obstacle: ReplayStop?

    /// - Parameters:
    ///   - entries: Those of the log, none of them kept that the database has.
    ///   - facts: Of the database.
    ///   - uncommitted: What to do with entries that are not known to be committed.
    ///   - isOfQuorum: Whether no log of a quorum goes further: then this one has every committed entry, and what it
    ///     has will be committed.
    ///   - committedElsewhere: The last of these entries that another member knows to be committed.
    public init(
        _ entries: LogEntries,
        on facts: StoreFacts,
        uncommitted: UncommittedEntries = .keep,
        isOfQuorum: Bool = false,
        committedElsewhere: UInt64 = 0
    ) {
        let base = facts.consistentIndex ?? 0
        let summary = entries.summary
        // Where the log changes it, no entry is taken for committed by fewer than must have agreed to it.
        self.voterCount = max(facts.voters.count, facts.voters(after: entries).count)
        self.uncommitted = uncommitted
        let there = entries.indexes
        let first = there.lowerBound
        let last = there.isEmpty ? base : there.upperBound - 1
        self.committed = max(base, summary.commit, min(committedElsewhere, last))
        // A member alone has committed what it has written.
        let commitsAlone = self.voterCount == 1
        if commitsAlone || uncommitted == .keep && isOfQuorum { self.committed = max(self.committed, last) }
        self.uncommittedCount = last > self.committed ? Int(clamping: last - self.committed) : 0
        let end = uncommitted == .drop ? min(there.upperBound, self.committed &+ 1) : there.upperBound
        self.indexes = first..<max(first, end)
        guard !there.isEmpty else { return }
        if first != base &+ 1 {
            self.stop(at: base &+ 1, .missing(next: first))
        } else if let term = facts.term, base > 0, let logged = entries.term(at: base), logged != term {
            self.stop(at: base, .otherTerm(database: term, log: logged))
        }
    }

    private mutating func stop(at index: UInt64, _ reason: ReplayStop.Reason) {
        self.obstacle = ReplayStop(index: index, reason: reason)
        self.indexes = self.indexes.lowerBound..<self.indexes.lowerBound
    }
}

/// The entry at which a replay ends before the log does, and why.
public struct ReplayStop: Hashable, Sendable {
    public var index: UInt64
    public var reason: Reason

    public init(index: UInt64, reason: Reason) {
        self.index = index
        self.reason = reason
    }

    /// Whether entries that the member would apply could not be.
    public var isTrouble: Bool { self.reason != .memberRemoved }

    public enum Reason: Hashable, Sendable {
        /// Entries from this index on are missing, up to `next`.
        case missing(next: UInt64)
        /// The database has applied an entry of another term with this index: the two are not of one member.
        case otherTerm(database: UInt64, log: UInt64)
        /// Its data cannot be read.
        case unreadable
        /// A request that is not known here.
        case unknownRequest
        /// It changes several members at once, or is of a type that is not known.
        case unknownEntry
        /// The database is damaged where the request reads it.
        case damaged(StorageError)
        /// It takes this member out of its cluster: what comes after it is not its business.
        case memberRemoved
    }
}
