// What etcd answers to those who may not do what they ask.
//
// Source: etcd-io/etcd `api/v3rpc/rpctypes/error.go`.
extension EtcdError {
    /// Not one of etcd's own: nothing of it is read-only.
    public static let readOnly = EtcdError(
        .failedPrecondition,
        "etcdserver: the store is served read-only, nothing in it can be changed"
    )
    /// Not one of etcd's own: the store has no members but itself.
    public static let noMembership = EtcdError(
        .failedPrecondition,
        "etcdserver: the store has no other members, its membership cannot be changed"
    )
    /// Not one of etcd's own: its bcrypt takes such a password.
    public static let passwordWithZero = EtcdError(
        .invalidArgument,
        "etcdserver: a password cannot have a zero byte"
    )
    /// Not one of etcd's own: it would check the password, for up to a day.
    public static let passwordTooCostly = EtcdError(
        .failedPrecondition,
        "etcdserver: the user's password has a bcrypt cost above 16, too much to check: give another password"
    )
    /// Not one of etcd's own: the system's libcrypt has no bcrypt.
    public static let noBcrypt = EtcdError(
        .internalError,
        "etcdserver: the system's libcrypt cannot make bcrypt hashes"
    )
    public static let passwordTooLong = EtcdError(.unknown, "bcrypt: password length exceeds 72 bytes")
    public static let noPasswordUser = EtcdError(
        .unknown,
        "auth: authentication failed, password was given for no password user"
    )
    public static let authNotEnabled = EtcdError(
        .failedPrecondition,
        "etcdserver: authentication is not enabled"
    )
    public static let authFailed = EtcdError(
        .invalidArgument,
        "etcdserver: authentication failed, invalid user ID or password"
    )
    public static let userEmpty = EtcdError(.invalidArgument, "etcdserver: user name is empty")
    public static let userNotFound = EtcdError(.failedPrecondition, "etcdserver: user name not found")
    public static let roleNotFound = EtcdError(.failedPrecondition, "etcdserver: role name not found")
    public static let invalidToken = EtcdError(.unauthenticated, "etcdserver: invalid auth token")
    public static let permissionDenied = EtcdError(.permissionDenied, "etcdserver: permission denied")
    public static let rootUserMissing = EtcdError(.failedPrecondition, "etcdserver: root user does not exist")
    public static let rootRoleMissing = EtcdError(
        .failedPrecondition,
        "etcdserver: root user does not have root role"
    )
    public static let userExists = EtcdError(.failedPrecondition, "etcdserver: user name already exists")
    public static let roleEmpty = EtcdError(.invalidArgument, "etcdserver: role name is empty")
    public static let roleExists = EtcdError(.failedPrecondition, "etcdserver: role name already exists")
    public static let roleNotGranted = EtcdError(
        .failedPrecondition,
        "etcdserver: role is not granted to the user"
    )
    public static let permissionNotGiven = EtcdError(.invalidArgument, "etcdserver: permission not given")
    public static let permissionNotGranted = EtcdError(
        .failedPrecondition,
        "etcdserver: permission is not granted to the role"
    )
    public static let oldRevision = EtcdError(.invalidArgument, "etcdserver: revision of auth store is old")
    public static let invalidManagement = EtcdError(.invalidArgument, "etcdserver: invalid auth management")
}
