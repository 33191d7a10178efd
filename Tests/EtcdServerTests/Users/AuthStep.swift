import EtcdMessages
import StoreTestSupport

/// A call about users and roles, or about keys, and who makes it.
struct AuthStep: Sendable, CustomStringConvertible {
    enum Sender: Sendable {
        case nobody
        /// Who sends a token that was never given out.
        case stranger
        /// Who sends the token that the user was given last, if there was any.
        case user(String)
    }

    enum Call: Sendable {
        case enable
        case disable
        case status
        case authenticate(Etcdserverpb_AuthenticateRequest)
        case userAdd(Etcdserverpb_AuthUserAddRequest)
        case userGet(Etcdserverpb_AuthUserGetRequest)
        case userList
        case userDelete(Etcdserverpb_AuthUserDeleteRequest)
        case changePassword(Etcdserverpb_AuthUserChangePasswordRequest)
        case grantRole(Etcdserverpb_AuthUserGrantRoleRequest)
        case revokeRole(Etcdserverpb_AuthUserRevokeRoleRequest)
        case roleAdd(Etcdserverpb_AuthRoleAddRequest)
        case roleGet(Etcdserverpb_AuthRoleGetRequest)
        case roleList
        case roleDelete(Etcdserverpb_AuthRoleDeleteRequest)
        case grantPermission(Etcdserverpb_AuthRoleGrantPermissionRequest)
        case revokePermission(Etcdserverpb_AuthRoleRevokePermissionRequest)
        case store(StoreRequest)
    }

    var sender: Sender
    var call: Call

    var description: String { "\(self.sender): \(self.call)" }

    /// For counting.
    var kind: String {
        let call = if case .store(let request) = self.call { "\(request)" } else { "\(self.call)" }
        return String(call.prefix { $0 != "(" })
    }
}
