import GRPCCore

// What etcd answers to those who may not do what they ask.
//
// Source: etcd-io/etcd `api/v3rpc/rpctypes/error.go`.
extension EtcdError {
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
    /// Not one of etcd's own: its bcrypt takes such a password.
    static let passwordWithZero = Self(.invalidArgument, "etcdserver: a password cannot have a zero byte")
    /// Not one of etcd's own: the system's libcrypt has no bcrypt.
    static let noBcrypt = Self(.internalError, "etcdserver: the system's libcrypt makes no bcrypt hashes")
    static let passwordTooLong = Self(.unknown, "bcrypt: password length exceeds 72 bytes")
    static let passwordNotDecoded = Self(
        .unknown,
        "auth: authentication failed, password was given for no password user"
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
    static let rootUserMissing = Self(.failedPrecondition, "etcdserver: root user does not exist")
    static let rootRoleMissing = Self(.failedPrecondition, "etcdserver: root user does not have root role")
    static let userExists = Self(.failedPrecondition, "etcdserver: user name already exists")
    static let roleEmpty = Self(.invalidArgument, "etcdserver: role name is empty")
    static let roleExists = Self(.failedPrecondition, "etcdserver: role name already exists")
    static let roleNotGranted = Self(.failedPrecondition, "etcdserver: role is not granted to the user")
    static let permissionNotGiven = Self(.invalidArgument, "etcdserver: permission not given")
    static let permissionNotGranted = Self(
        .failedPrecondition,
        "etcdserver: permission is not granted to the role"
    )
    static let oldRevision = Self(.invalidArgument, "etcdserver: revision of auth store is old")
    static let invalidManagement = Self(.invalidArgument, "etcdserver: invalid auth management")
}
