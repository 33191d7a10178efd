/// Exactly what a restore will write, worked out from the new cluster and the snapshot's facts alone.
///
/// The restored database is the snapshot's with these changes; everything else stays as it is, alarms,
/// authentication, leases and storage version included:
///
///     bucket           what happens
///     members          emptied, then one entry a member of the new cluster
///     members_removed  emptied; created when missing
///     cluster          created when missing
///     meta             consistent_index = number of members, term = 1
///     key, meta        with a revision bump: an empty record at the raised revision, and
///                      scheduledCompactRev there, which makes etcd compact when it starts
///
/// It is the same for all members, so one database file serves them all; the log alone differs.
///
/// Source: etcd-io/etcd `etcdutl/snapshot/v3_snapshot.go`, `Restore`.
public struct RestorePlan: Sendable {
    public let cluster: InitialCluster
    /// The last revision that the snapshot holds.
    public let snapshotRevision: Int64
    /// The last revision that the restored store will hold.
    public let restoredRevision: Int64
    /// Whether everything up to ``restoredRevision`` is marked as compacted.
    public let marksCompacted: Bool
    /// The members of the cluster that the snapshot was taken from; they are dropped.
    public let droppedMembers: [Member]
    /// What the snapshot holds that takes effect only when the restored cluster starts.
    public let warnings: [RestoreWarning]

    /// - Parameters:
    ///   - cluster: The new cluster.
    ///   - facts: What the snapshot's small buckets say.
    ///   - lastRevision: Main revision of the snapshot's last change, 0 without one.
    ///   - bump: By how much to raise the revision.
    /// - Throws: `.bumpTooLarge`.
    public init(
        cluster: InitialCluster,
        facts: StoreFacts,
        lastRevision: Int64,
        bump: RevisionBump? = nil
    ) throws(RestorePlanError) {
        self.cluster = cluster
        self.snapshotRevision = lastRevision
        self.restoredRevision = try bump?.revision(after: lastRevision) ?? lastRevision
        self.marksCompacted = bump != nil
        self.droppedMembers = facts.members
        self.warnings = RestoreWarning.all(in: facts)
    }

    /// The raft index that the restored members begin with: one entry a member.
    public var consistentIndex: UInt64 { UInt64(self.cluster.members.count) }
    /// The raft term that the restored members begin with.
    public var term: UInt64 { WALWriter.term }
}

extension RestorePlan {
    /// What the restored database holds, made of the snapshot that the plan was made for.
    public func image(of snapshot: EtcdDatabase) -> DatabaseImage {
        let members = self.cluster.members.map { ($0.key, $0.json) }
        var image = DatabaseImage(source: snapshot)
        if self.marksCompacted {
            let revision = RevisionKey(main: self.restoredRevision, sub: 0)
            image.appendedRecords = { (append) throws(StorageError) in
                let empty: [UInt8] = []
                try append(revision, empty.span.bytes)
            }
        }
        image.smallBuckets = [
            .members: .replaced(by: Dictionary(uniqueKeysWithValues: members)),
            .membersRemoved: .emptied,
            .cluster: .kept,
            .meta: .meta(
                consistentIndex: self.consistentIndex,
                term: self.term,
                scheduledCompaction: self.marksCompacted ? self.restoredRevision : nil
            ),
        ]
        return image
    }
}

/// Something in a snapshot that takes effect only when the restored cluster starts.
public enum RestoreWarning: Hashable, Sendable {
    /// Alarms of the old members stay raised; `NOSPACE` refuses every write until it is disarmed.
    case alarms([Alarm])
    /// Clients need the users and passwords of the time of the snapshot.
    case authentication(users: Int)
    /// So many leases have at most ``shortLease`` seconds left; their keys go soon after the start.
    case shortLeases(count: Int, shortestSeconds: Int64)
    /// An etcd older than this storage version may refuse the data directory.
    case storageVersion(String)

    /// A lease that has more time left is not mentioned; in seconds.
    public static let shortLease: Int64 = 60

    static func all(in facts: StoreFacts) -> [RestoreWarning] {
        var warnings: [RestoreWarning] = []
        if !facts.alarms.isEmpty { warnings.append(.alarms(facts.alarms)) }
        if facts.authEnabled { warnings.append(.authentication(users: facts.users)) }
        let short = facts.leases.map(\.secondsAfterRestore).filter { $0 <= Self.shortLease }
        if let shortest = short.min() {
            warnings.append(.shortLeases(count: short.count, shortestSeconds: shortest))
        }
        if let version = facts.storageVersion { warnings.append(.storageVersion(version)) }
        return warnings
    }
}
