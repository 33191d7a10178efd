/// Exactly what a restore will write, worked out from the new cluster and the snapshot's facts alone.
///
/// The restored database is the source with this laid over it; everything else stays as it is, alarms,
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
    /// What travels inside the snapshot and may surprise.
    public let warnings: [RestoreWarning]

    let overlays: [BucketName: BucketOverlay]

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
        self.overlays = makeOverlays(cluster, bumpedRevision: bump == nil ? nil : self.restoredRevision)
    }

    /// The raft index that the restored members begin with: one entry a member.
    public var consistentIndex: UInt64 { UInt64(self.cluster.members.count) }
    /// The raft term that the restored members begin with.
    public var term: UInt64 { WALWriter.term }
}

private func makeOverlays(
    _ cluster: InitialCluster,
    bumpedRevision: Int64?
) -> [BucketName: BucketOverlay] {
    var meta = [
        BucketOverlay.Entry(Array("consistent_index".utf8), bigEndian(UInt64(cluster.members.count))),
        BucketOverlay.Entry(Array("term".utf8), bigEndian(WALWriter.term)),
    ]
    var changes: [BucketOverlay.Entry] = []
    if let bumpedRevision {
        let key = RevisionKey(main: bumpedRevision, sub: 0).bytes
        meta.append(BucketOverlay.Entry(Array("scheduledCompactRev".utf8), key))
        changes.append(BucketOverlay.Entry(key, []))
    }
    let members = cluster.members.map { BucketOverlay.Entry($0.key, $0.json) }
    return [
        .members: BucketOverlay(keepsSource: false, entries: members),
        .membersRemoved: BucketOverlay(keepsSource: false),
        .cluster: BucketOverlay(keepsSource: true),
        .meta: BucketOverlay(keepsSource: true, entries: meta),
        .key: BucketOverlay(keepsSource: true, entries: changes),
    ]
}

private func bigEndian(_ value: UInt64) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
