import EtcdMessages
import EtcdRPC
import EtcdStore
import GRPCCore

extension AuthService {
    func registerRoles<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        typealias Method = Etcdserverpb_Auth.Method
        router.unary(Method.RoleList.descriptor, of: served) {
            (_: Sized<Etcdserverpb_AuthRoleListRequest>, caller) in
            try served.access.permissions(of: caller).requireRoot()
            var response = Etcdserverpb_AuthRoleListResponse()
            response.roles = served.store.users.roles.keys.sorted().map(\.text)
            return served.complete(response)
        }
        router.unary(Method.RoleGet.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthRoleGetRequest>, caller) in
            let name = AuthName(request.message.role)
            try served.access.permissions(of: caller).requireRoot(orRole: name)
            guard let role = served.store.users.roles[name] else { throw EtcdError.roleNotFound }
            var response = Etcdserverpb_AuthRoleGetResponse()
            response.perm = role.keyPermission
            return served.complete(response)
        }
        router.unary(Method.RoleAdd.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthRoleAddRequest>, caller) in
            try served.changeUsers(request, caller) { (users, request) throws(EtcdError) in
                try users.add(role: AuthName(request.name))
            }
            return served.complete(Etcdserverpb_AuthRoleAddResponse())
        }
        router.unary(Method.RoleDelete.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthRoleDeleteRequest>, caller) in
            try served.changeUsers(request, caller) { (users, request) throws(EtcdError) in
                try users.delete(role: AuthName(request.role))
            }
            return served.complete(Etcdserverpb_AuthRoleDeleteResponse())
        }
        router.unary(Method.RoleGrantPermission.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthRoleGrantPermissionRequest>, caller) in
            try served.changeUsers(request, caller) { (users, request) throws(EtcdError) in
                try users.grant(request)
            }
            return served.complete(Etcdserverpb_AuthRoleGrantPermissionResponse())
        }
        router.unary(Method.RoleRevokePermission.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthRoleRevokePermissionRequest>, caller) in
            try served.changeUsers(request, caller) { (users, request) throws(EtcdError) in
                try users.revoke(request)
            }
            return served.complete(Etcdserverpb_AuthRoleRevokePermissionResponse())
        }
    }
}
