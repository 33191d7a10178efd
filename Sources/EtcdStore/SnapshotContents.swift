import Bolt
import EtcdStorage
import ProtobufWire

/// What a snapshot of the store holds: the store at one moment.
struct SnapshotContents: Sendable {
    let overlay: Overlay
    let leases: LeaseTable
    let alarms: Alarms
    let users: UserRecords
    /// The cluster as a member's log has left it; nil when it is as in the source.
    let cluster: ClusterRecords?
    /// The last entry of a member's log that was applied; nil when none was.
    let position: RaftPosition?
    /// How many requests were applied since then, or since the store was opened.
    let requests: UInt64
    let raftTerm: UInt64

    /// The raft index of a snapshot taken now: the source's, and one for each request since.
    var appliedIndex: UInt64 {
        // A new cluster of one has applied its member, its attributes and its version.
        (self.position?.index ?? self.overlay.source?.facts.consistentIndex ?? 3) &+ self.requests
    }

    /// The source, where the image would be the same pair for pair: nothing was changed since it was opened, and it
    /// lacks none of the buckets and numbers that are written even when they are not there; else nil.
    var unchangedSource: EtcdDatabase? {
        guard let source = self.overlay.source, self.requests == 0, self.position == nil,
            !self.users.areChanged,
            self.overlay.revision == self.overlay.sourceRevision, !self.overlay.isCompactedSinceOpen,
            source.facts.consistentIndex != nil, source.facts.term != nil,
            // A lease that is kept alive is no request, and forgets what was left of it.
            Set(self.leases.entries.values.map(\.lease)) == Set(source.facts.leases),
            let buckets = try? source.database.buckets(),
            Set(BucketName.allCases.map(\.bytes)).isSubset(of: buckets.map(\.name))
        else { return nil }
        return source.database
    }

    /// The database that the store makes, bucket by bucket.
    ///
    ///     bucket      what happens
    ///     key         the source's records without those that are compacted, then the changes since
    ///     meta        consistent_index and term; after a compaction where it is
    ///     lease       what is granted now
    ///     alarm       what is raised now
    ///     auth...     users and roles, once they have changed
    ///     members...  and `cluster`: what a member's log has made of them
    ///     others      as in the source; those that are missing are created empty
    ///
    /// - Returns: The image of the database.
    /// - Throws: Damage in the source.
    func image() throws(StorageError) -> DatabaseImage {
        var image = try self.overlay.image()
        for name in BucketName.allCases where name != .key { image.smallBuckets[name] = .kept }
        image.smallBuckets[.meta] = self.meta
        image.smallBuckets[.lease] = .replaced(by: self.leasePairs)
        image.smallBuckets[.alarm] = .replaced(by: self.alarmPairs)
        if self.users.areChanged {
            image.smallBuckets[.auth] = .overlaid(with: self.users.state)
            image.smallBuckets[.authUsers] = .replaced(by: self.users.userPairs)
            image.smallBuckets[.authRoles] = .replaced(by: self.users.rolePairs)
        }
        self.cluster?.write(to: &image)
        if self.overlay.source == nil {
            let version = [Array("clusterVersion".utf8): Array("3.5.0".utf8)]
            image.smallBuckets[.cluster] = .replaced(by: version)
        }
        return image
    }

    private var meta: SmallBucket {
        let compaction = self.overlay.isCompactedSinceOpen ? self.overlay.compactRevision : nil
        return .meta(
            consistentIndex: self.appliedIndex,
            term: self.position?.term ?? self.overlay.source?.facts.term ?? self.raftTerm,
            scheduledCompaction: compaction,
            finishedCompaction: compaction,
            confState: self.cluster?.changedConfState
        )
    }

    private var leasePairs: SmallBucket.Pairs {
        var pairs: SmallBucket.Pairs = [:]
        for lease in self.leases.entries.values.map(\.lease) { pairs[lease.key] = lease.message }
        return pairs
    }

    private var alarmPairs: SmallBucket.Pairs {
        var pairs: SmallBucket.Pairs = [:]
        for alarm in self.alarms.raised {
            var message = ProtobufWriter()
            message.appendUnlessZero(alarm.memberID, field: 1)
            message.appendUnlessZero(Int64(alarm.kind), field: 2)
            if !message.bytes.isEmpty { pairs[message.bytes] = [] }
        }
        return pairs
    }
}
