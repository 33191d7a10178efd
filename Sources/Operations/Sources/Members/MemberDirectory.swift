public import EtcdStorage
public import EtcdStore

/// How the log of a stopped member is read with its database.
public struct LogReading: Hashable, Sendable {
    /// Whether it is replayed over the database.
    public var isReplayed = true
    /// What to do with entries that are not known to be committed.
    public var uncommitted = UncommittedEntries.keep
    /// Where what it writes is kept once it is too much for memory; nil to keep it in memory.
    public var scratchDirectory: String?

    public init(
        isReplayed: Bool = true,
        uncommitted: UncommittedEntries = .keep,
        scratchDirectory: String? = nil
    ) {
        self.isReplayed = isReplayed
        self.uncommitted = uncommitted
        self.scratchDirectory = scratchDirectory
    }
}

/// A stopped member's data directory: its database and its log, opened; no key is read yet.
public struct MemberDirectory: Sendable {
    public let database: EtcdDatabase
    public let facts: StoreFacts
    public let log: MemberLog
    /// The entries that the database has not; nil where there is no log.
    public let entries: LogEntries?

    /// - Returns: nil for a snapshot file.
    /// - Throws: `.file` when the directories cannot be looked at; damage in the database's small buckets.
    public init?(_ database: EtcdDatabase) throws(StorageError) {
        guard let (log, entries) = try database.memberLogAndEntries() else { return nil }
        self.database = database
        self.facts = try StoreFacts(reading: database)
        self.log = log
        self.entries = entries
    }

    public var path: String { self.database.path }
    /// The member's ID; nil where the log does not tell it.
    public var member: MemberID? { self.log.summary?.member }
    public var cluster: ClusterID? { self.log.summary?.cluster }

    /// The member's name; nil where its database does not tell it.
    public var name: String? {
        let own = self.facts.members.first { $0.id == self.member?.rawValue }
        return own?.name.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Which entries are applied.
    ///
    /// - Parameters:
    ///   - reading: How the log is read.
    ///   - isOfQuorum: Whether no log of a quorum of the members goes further.
    ///   - committedElsewhere: The last of its entries that another member knows to be committed.
    /// - Returns: nil where there is no log.
    public func plan(
        _ reading: LogReading,
        isOfQuorum: Bool = false,
        committedElsewhere: UInt64 = 0
    ) -> ReplayPlan? {
        self.entries.map {
            ReplayPlan(
                $0,
                on: self.facts,
                uncommitted: reading.uncommitted,
                isOfQuorum: isOfQuorum,
                committedElsewhere: committedElsewhere
            )
        }
    }

    /// Whether it is known which entry the member wrote last: its log is there, and can be read and applied to its end.
    var isReadToItsEnd: Bool {
        self.log.problems.allSatisfy(\.isOrdinary) && self.plan(LogReading())?.obstacle == nil
    }

    /// Whether all keys of its database can be read.
    var hasReadableKeys: Bool {
        do throws(StorageError) {
            _ = try OverlaySource(self.database)
            return true
        } catch {
            return false
        }
    }

    /// The last entry that its database has.
    public var applied: RaftPosition {
        let index = self.facts.consistentIndex ?? 0
        return RaftPosition(term: self.facts.term ?? self.entries?.term(at: index) ?? 0, index: index)
    }

    /// The last entry that its database has, or gets from its log.
    public var reach: RaftPosition {
        guard let entries, let plan = self.plan(LogReading()), !plan.indexes.isEmpty else {
            return self.applied
        }
        return RaftPosition(term: entries.summary.lastTerm, index: entries.lastIndex)
    }
}

extension MemberLog.Problem {
    /// Whether a member that was killed may have it.
    var isOrdinary: Bool {
        switch self {
        case .cut, .segmentMissing: true
        case .missing, .damaged, .endsBeforeDatabase, .beginsAfterDatabase, .receivedDatabaseMissing,
            .ofUnknownMember:
            false
        }
    }
}
