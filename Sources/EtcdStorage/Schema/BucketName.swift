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
}
