import EtcdRPC
import Foundation
import GRPCCore

/// Signing in, and looking at the users and roles; they cannot be changed.
struct AuthService: RegistrableRPCService {
    var served: ServedStore

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        let access = served.access
        let users = access.users
        typealias Method = Etcdserverpb_Auth.Method
        router.unary(Method.Authenticate.descriptor) {
            (request: Sized<Etcdserverpb_AuthenticateRequest>, _) in
            var response = Etcdserverpb_AuthenticateResponse()
            response.token = try await access.authenticate(request.message.name, request.message.password)
            response.header = served.store.header()
            return response
        }
        router.unary(Method.AuthStatus.descriptor) {
            (_: Sized<Etcdserverpb_AuthStatusRequest>, caller) in
            try access.requireRoot(caller)
            var response = Etcdserverpb_AuthStatusResponse()
            response.header = served.store.header()
            response.enabled = access.isEnabled
            response.authRevision = users.revision
            return response
        }
        router.unary(Method.UserList.descriptor) { (_: Sized<Etcdserverpb_AuthUserListRequest>, caller) in
            try access.requireRoot(caller)
            var response = Etcdserverpb_AuthUserListResponse()
            response.header = served.store.header()
            response.users = users.users.keys.sorted()
            return response
        }
        router.unary(Method.RoleList.descriptor) { (_: Sized<Etcdserverpb_AuthRoleListRequest>, caller) in
            try access.requireRoot(caller)
            var response = Etcdserverpb_AuthRoleListResponse()
            response.header = served.store.header()
            response.roles = users.roles.keys.sorted()
            return response
        }
        self.registerGetting(with: &router)
    }

    /// Everybody may look at themselves and at their own roles.
    private func registerGetting<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        let access = served.access
        let users = access.users
        typealias Method = Etcdserverpb_Auth.Method
        router.unary(Method.UserGet.descriptor) {
            (request: Sized<Etcdserverpb_AuthUserGetRequest>, caller) in
            let name = request.message.name
            if try access.user(caller) != name { try access.requireRoot(caller) }
            guard let user = users.users[name] else { throw EtcdRefusal.userNotFound }
            var response = Etcdserverpb_AuthUserGetResponse()
            response.header = served.store.header()
            response.roles = user.roles
            return response
        }
        router.unary(Method.RoleGet.descriptor) {
            (request: Sized<Etcdserverpb_AuthRoleGetRequest>, caller) in
            let name = request.message.role
            let asker = try access.user(caller)
            if asker.flatMap({ users.users[$0]?.roles.contains(name) }) != true {
                try access.requireRoot(caller)
            }
            guard let role = users.roles[name] else { throw EtcdRefusal.roleNotFound }
            var response = Etcdserverpb_AuthRoleGetResponse()
            response.header = served.store.header()
            response.perm =
                name == Users.rootRole ? [.everything] : role.keyPermission
            return response
        }
    }
}

extension Authpb_Permission {
    /// What etcd shows for the role root, whatever is stored for it.
    fileprivate static var everything: Self {
        var permission = Self()
        permission.permType = .readwrite
        permission.rangeEnd = .init([0])
        return permission
    }
}
