import EtcdMessages
import EtcdRPC
import EtcdStore
import GRPCCore

extension AuthService {
    func registerUsers<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        typealias Method = Etcdserverpb_Auth.Method
        router.unary(Method.UserList.descriptor, of: served) {
            (_: Sized<Etcdserverpb_AuthUserListRequest>, caller) in
            try served.access.permissions(of: caller).requireRoot()
            var response = Etcdserverpb_AuthUserListResponse()
            response.users = served.store.users.users.keys.sorted().map(\.text)
            return served.complete(response)
        }
        router.unary(Method.UserGet.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthUserGetRequest>, caller) in
            let name = AuthName(request.message.name)
            try served.access.permissions(of: caller).requireRoot(orSelf: name)
            guard let user = served.store.users.users[name] else { throw EtcdError.userNotFound }
            var response = Etcdserverpb_AuthUserGetResponse()
            response.roles = user.roles
            return served.complete(response)
        }
        router.unary(Method.UserDelete.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthUserDeleteRequest>, caller) in
            let name = AuthName(request.message.name)
            try served.changeUsers(request, caller, forgetting: name) { (users, _) throws(EtcdError) in
                try users.delete(user: name)
            }
            return served.complete(Etcdserverpb_AuthUserDeleteResponse())
        }
        router.unary(Method.UserGrantRole.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthUserGrantRoleRequest>, caller) in
            try served.changeUsers(request, caller) { (users, request) throws(EtcdError) in
                try users.grant(AuthName(request.role), to: AuthName(request.user))
            }
            return served.complete(Etcdserverpb_AuthUserGrantRoleResponse())
        }
        router.unary(Method.UserRevokeRole.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthUserRevokeRoleRequest>, caller) in
            try served.changeUsers(request, caller) { (users, request) throws(EtcdError) in
                try users.revoke(AuthName(request.role), from: AuthName(request.name))
            }
            return served.complete(Etcdserverpb_AuthUserRevokeRoleResponse())
        }
    }

    /// What brings a password with it; none but root can change one, not even their own.
    func registerUserChanges<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        typealias Method = Etcdserverpb_Auth.Method
        router.unary(Method.UserAdd.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthUserAddRequest>, caller) in
            try served.requireWritable()
            var request = request
            if !request.message.options.noPassword {
                let hash = try await served.access.hash(request.message.password, for: caller)
                request.message.hashedPassword = hash
            }
            try served.changeUsers(request, caller) { (users, request) throws(EtcdError) in
                try users.add(request)
            }
            return served.complete(Etcdserverpb_AuthUserAddResponse())
        }
        router.unary(Method.UserChangePassword.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthUserChangePasswordRequest>, caller) in
            try served.requireWritable()
            var request = request
            if !request.message.password.isEmpty {
                let hash = try await served.access.hash(request.message.password, for: caller)
                request.message.hashedPassword = hash
            }
            let name = AuthName(request.message.name)
            try served.changeUsers(request, caller, forgetting: name) { (users, request) throws(EtcdError) in
                try users.change(request)
            }
            return served.complete(Etcdserverpb_AuthUserChangePasswordResponse())
        }
    }
}
