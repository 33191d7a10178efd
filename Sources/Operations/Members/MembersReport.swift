public import EtcdStorage
public import EtcdStore

/// What the directories of several members of a cluster hold, beside each other, and which of them has most.
public struct MembersReport: Sendable {
    /// In the order in which they were named, those that cannot be read left out.
    public let members: [ExaminedMember]
    /// The newest revision that all of them have.
    public let commonRevision: Int64
    public let choice: MemberChoice

    /// Reads the databases and logs.
    ///
    /// - Throws: ``MemberChoiceError``.
    public init(_ paths: [String], _ reading: LogReading) throws(MemberChoiceError) {
        let directories = try MemberDirectories(paths: paths)
        let (best, choice) = try directories.choose()
        var members = directories.directories.map { directory in
            ExaminedMember(
                directory,
                reading,
                chosen: directory.path == best.path ? choice : nil,
                comparedWith: best
            )
        }
        let common = members.compactMap(\.revision).min() ?? 0
        for position in members.indices { members[position].hash(at: common) }
        self.members = members
        self.commonRevision = common
        self.choice = choice
    }

    /// Whether members that were compacted at the same revision hold other records.
    public var hashesDiffer: Bool {
        let byCompaction = Dictionary(grouping: self.members.filter { $0.hashKV != nil }) {
            $0.compactRevision
        }
        return byCompaction.values.contains { Set($0.map(\.hashKV)).count > 1 }
    }

    /// Whether all that was read is sound and of one mind.
    public var isSound: Bool {
        !self.hashesDiffer && self.choice.contradicting.isEmpty && self.choice.leftOut.isEmpty
            && self.members.allSatisfy { member in
                member.damage == nil && member.stop?.isTrouble != true
                    && member.problems.allSatisfy(\.isOrdinary)
            }
    }
}

/// One member's directory.
public struct ExaminedMember: Sendable {
    public let path: String
    public private(set) var name: String?
    public let member: MemberID?
    public let cluster: ClusterID?
    /// The last entry of its log; nil without a log.
    public let last: RaftPosition?
    /// The last entry that it knew to be committed; nil without a log.
    public let committed: UInt64?
    /// The last entry that its database has.
    public let applied: RaftPosition
    /// The revision of its database alone; nil when the database is damaged.
    public private(set) var databaseRevision: Int64?
    /// The revision with its log.
    public private(set) var revision: Int64?
    /// The revision of the last compaction with its log, 0 when there was none.
    public private(set) var compactRevision: Int64?
    /// Of the records up to the newest common revision; nil where that is compacted or cannot be read.
    public private(set) var hashKV: UInt32?
    /// How many entries of the log were applied.
    public private(set) var appliedCount = 0
    /// How many of these are not known to be committed.
    public private(set) var uncommittedCount = 0
    /// The last of these; nil when none was.
    public private(set) var lastApplied: RaftPosition?
    /// Where the log could not be applied any further.
    public private(set) var stop: ReplayStop?
    /// What is wrong with its log.
    public let problems: [MemberLog.Problem]
    /// What is wrong with its database.
    public private(set) var damage: StorageError?
    /// Up to which entry its log is the chosen one's, and whether the two contradict each other behind it; nil where
    /// that cannot be told.
    public let agreement: (index: UInt64, contradict: Bool)?

    private var overlay: Overlay?

    fileprivate init(
        _ directory: MemberDirectory,
        _ reading: LogReading,
        chosen choice: MemberChoice?,
        comparedWith best: MemberDirectory
    ) {
        self.path = directory.path
        self.name = directory.name
        self.member = directory.member
        self.cluster = directory.cluster
        self.last = directory.log.summary.map { RaftPosition(term: $0.lastTerm, index: $0.lastIndex) }
        self.committed = directory.log.summary?.commit
        self.applied = directory.applied
        self.problems = directory.log.problems
        let agreement = directory.agreement(with: best)
        self.agreement = agreement
        var reading = reading
        var committedElsewhere = choice?.committedElsewhere ?? 0
        if let agreement, agreement.contradict {
            // What the chosen log has other entries for is of no account: after a failover that is ordinary.
            if reading.uncommitted == .keep { committedElsewhere = agreement.index }
            reading.uncommitted = .drop
        }
        do throws(StorageError) {
            let state = try MemberState(
                of: directory,
                reading,
                isOfQuorum: choice?.isOfQuorum == true,
                committedElsewhere: committedElsewhere
            )
            let overlay = try state.overlay()
            self.overlay = overlay
            self.databaseRevision = overlay.sourceRevision
            self.revision = overlay.revision
            self.compactRevision = max(0, overlay.compactRevision)
            self.stop = state.stop
            if let replayed = state.replayed {
                let own = replayed.members.first { $0.id == directory.member?.rawValue }
                self.name = own?.name ?? self.name
                self.appliedCount = replayed.outcome.appliedCount
                self.lastApplied = replayed.outcome.last
                self.uncommittedCount = reading.uncommitted == .keep ? replayed.plan.uncommittedCount : 0
            }
        } catch {
            self.damage = error
        }
    }

    fileprivate mutating func hash(at revision: Int64) {
        defer { self.overlay = nil }
        guard let overlay = self.overlay, revision > 0, revision > overlay.compactRevision else { return }
        do throws(StorageError) {
            self.hashKV = try overlay.hashKV(at: revision)
        } catch {
            self.damage = error
        }
    }
}
