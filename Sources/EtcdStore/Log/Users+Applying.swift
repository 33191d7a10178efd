import EtcdMessages
import FoundationEssentials

/// Changes of users and roles that a cluster's log asks for.
///
/// Source: etcd-io/etcd `server/etcdserver/apply.go`, `server/auth/store.go` (`selectPassword`).
extension Users {
    /// Makes the change; whether its sender may ask for it was found out before.
    ///
    /// - Throws: Why etcd refuses it; what `hash` throws of a password that was logged in clear; `.unknownRequest`
    ///   for one that changes no users.
    mutating func apply(
        _ request: Etcdserverpb_InternalRaftRequest,
        hashing hash: (String) throws(EtcdError) -> String
    ) throws(EtcdError) {
        switch true {
        case request.hasAuthEnable: try self.enable()
        case request.hasAuthDisable: self.disable()
        case request.hasAuthUserAdd:
            var change = request.authUserAdd
            if self.takesPassword(change) {
                change.hashedPassword = try hashed(change.password, or: change.hashedPassword, hash)
            }
            try self.add(change)
        case request.hasAuthUserDelete: try self.delete(user: AuthName(request.authUserDelete.name))
        case request.hasAuthUserChangePassword:
            var change = request.authUserChangePassword
            if self.takesPassword(change) {
                change.hashedPassword = try hashed(change.password, or: change.hashedPassword, hash)
            }
            try self.change(change)
        case request.hasAuthUserGrantRole:
            let change = request.authUserGrantRole
            try self.grant(AuthName(change.role), to: AuthName(change.user))
        case request.hasAuthUserRevokeRole:
            let change = request.authUserRevokeRole
            try self.revoke(AuthName(change.role), from: AuthName(change.name))
        case request.hasAuthRoleAdd: try self.add(role: AuthName(request.authRoleAdd.name))
        case request.hasAuthRoleGrantPermission: try self.grant(request.authRoleGrantPermission)
        case request.hasAuthRoleRevokePermission: try self.revoke(request.authRoleRevokePermission)
        case request.hasAuthRoleDelete: try self.delete(role: AuthName(request.authRoleDelete.role))
        default: throw .unknownRequest
        }
    }

    // A hash costs time, and so none is made for a request that is refused or leaves a user without a password.

    private func takesPassword(_ request: Etcdserverpb_AuthUserAddRequest) -> Bool {
        let name = AuthName(request.name)
        let isFree = !name.bytes.isEmpty && self.users[name] == nil && (try? name.requireFitsKey()) != nil
        return isFree && !request.options.noPassword
    }

    private func takesPassword(_ request: Etcdserverpb_AuthUserChangePasswordRequest) -> Bool {
        self.users[AuthName(request.name)].map { !$0.options.noPassword } ?? false
    }
}

/// The base 64 of a password's hash: the one that was logged, or one that is made now, when only the password was.
private func hashed(
    _ password: String,
    or logged: String,
    _ hash: (String) throws(EtcdError) -> String
) throws(EtcdError) -> String {
    guard logged.isEmpty, !password.isEmpty else { return logged }
    return Data(try hash(password).utf8).base64EncodedString()
}
