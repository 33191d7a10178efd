import EtcdMessages
import EtcdRPC
import EtcdStore
import FoundationEssentials
import GRPCCore

/// Signing in, and turning authentication on and off; the users; the roles.
struct AuthService: RegistrableRPCService {
    var served: ServedStore

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        let served = self.served
        let access = served.access
        typealias Method = Etcdserverpb_Auth.Method
        router.unary(Method.Authenticate.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthenticateRequest>, _) in
            let (name, password) = (AuthName(request.message.name), request.message.password)
            var response = Etcdserverpb_AuthenticateResponse()
            response.token = try await access.authenticate(name, password)
            return served.complete(response)
        }
        router.unary(Method.AuthStatus.descriptor, of: served) {
            (_: Sized<Etcdserverpb_AuthStatusRequest>, caller) in
            try access.permissions(of: caller).requireRoot()
            let users = served.store.users
            var response = Etcdserverpb_AuthStatusResponse()
            response.enabled = users.isEnabled
            response.authRevision = users.revision
            return served.complete(response)
        }
        router.unary(Method.AuthEnable.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthEnableRequest>, caller) in
            try served.changeUsers(request, caller) { (users, _) throws(EtcdError) in try users.enable() }
            return served.complete(Etcdserverpb_AuthEnableResponse())
        }
        router.unary(Method.AuthDisable.descriptor, of: served) {
            (request: Sized<Etcdserverpb_AuthDisableRequest>, caller) in
            try served.changeUsers(request, caller) { users, _ in users.disable() }
            return served.complete(Etcdserverpb_AuthDisableResponse())
        }
        self.registerUsers(with: &router)
        self.registerUserChanges(with: &router)
        self.registerRoles(with: &router)
    }
}

extension ServedStore {
    /// Changes users or roles on behalf of root; refused when the store is read-only.
    func changeUsers<Request>(
        _ request: Sized<Request>,
        _ caller: Caller,
        forgetting user: AuthName? = nil,
        _ body: (inout Users, Request) throws(EtcdError) -> Void
    ) throws(EtcdError) {
        try self.requireWritable()
        try self.requireSize(request.byteCount)
        try self.access.change(caller, forgetting: user) { (users) throws(EtcdError) in
            try body(&users, request.message)
        }
    }

    func complete<Response: HeaderedResponse>(_ response: Response) -> Response {
        var response = response
        response.header = self.store.header()
        return response
    }
}
