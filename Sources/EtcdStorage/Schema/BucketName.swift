/// The buckets that etcd keeps, by their names.
///
/// Source: etcd-io/etcd `server/storage/schema/bucket.go`.
public enum BucketName: String, Sendable, CaseIterable {
    case alarm
    case auth
    case authRoles
    case authUsers
    case cluster
    case key
    case lease
    case members
    case membersRemoved = "members_removed"
    case meta

    /// The name as it is stored.
    public var bytes: [UInt8] { Array(self.rawValue.utf8) }
}

/// The keys of bucket `meta`; what lies under them is in the table of ``StoreFacts``.
enum MetaKey: String {
    case consistentIndex = "consistent_index"
    case term
    case confState
    case scheduledCompaction = "scheduledCompactRev"
    case finishedCompaction = "finishedCompactRev"
    case storageVersion

    /// The key as it is stored.
    var bytes: [UInt8] { Array(self.rawValue.utf8) }
}
