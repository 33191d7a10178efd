import GRPCCore

// What etcd answers to those who may not do what they ask.
//
// Source: etcd-io/etcd `api/v3rpc/rpctypes/error.go`.
extension EtcdRefusal {
    /// Not one of etcd's own: nothing of it is read-only.
    static let readOnly = Self(
        .failedPrecondition,
        "etcdserver: the store is served read-only, nothing in it can be changed"
    )
    /// Not one of etcd's own: the store has no members but itself.
    static let noMembership = Self(
        .failedPrecondition,
        "etcdserver: the store stands alone, it takes no changes of members"
    )
    static let authNotEnabled = Self(.failedPrecondition, "etcdserver: authentication is not enabled")
    static let authFailed = Self(
        .invalidArgument,
        "etcdserver: authentication failed, invalid user ID or password"
    )
    static let userEmpty = Self(.invalidArgument, "etcdserver: user name is empty")
    static let userNotFound = Self(.failedPrecondition, "etcdserver: user name not found")
    static let roleNotFound = Self(.failedPrecondition, "etcdserver: role name not found")
    static let invalidToken = Self(.unauthenticated, "etcdserver: invalid auth token")
    static let permissionDenied = Self(.permissionDenied, "etcdserver: permission denied")
}
