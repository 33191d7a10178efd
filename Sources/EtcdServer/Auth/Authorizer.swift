import EtcdMessages
import EtcdStore
import FoundationEssentials
import GRPCCore
import NIOCore
import Synchronization

/// Lets requests pass or refuses them with etcd's errors, by the store's users, roles and permissions.
///
/// Source: etcd-io/etcd `server/auth/store.go`, `server/etcdserver/v3_server.go`.
final class Authorizer: Sendable {
    private let store: Store
    /// Whether every client may do everything, whatever users the store has.
    private let ignoresUsers: Bool
    private let tokens = Tokens()
    private let passwords = Passwords()
    /// Where certificates name users.
    let peers = ClientCertificateNames()
    /// Held from a write's check to its end, and while users or roles change.
    private let order = Mutex<Void>(())

    init(_ store: Store, ignoresUsers: Bool) {
        self.store = store
        self.ignoresUsers = ignoresUsers
    }

    /// Whether permissions are enforced.
    var isEnabled: Bool { !self.ignoresUsers && self.store.users.isEnabled }

    /// What the caller may do now; a token goes before a certificate.
    ///
    /// - Throws: `invalid auth token` for one that is not known.
    func permissions(of caller: Caller) throws(EtcdError) -> Permissions {
        let users = self.store.users
        guard !self.ignoresUsers, users.isEnabled else { return Permissions() }
        guard let token = caller.token else {
            return Permissions(
                users: users,
                name: caller.isGateway ? nil : self.peers.name(of: caller.connection)
            )
        }
        guard let name = self.tokens.user(of: token, now: .now()) else { throw .invalidToken }
        return Permissions(users: users, name: name)
    }

    /// Runs a write with the permissions that its caller has; they do not change before it has ended.
    func writing<Result: Sendable>(
        _ caller: Caller,
        _ body: (Permissions) throws(EtcdError) -> Result
    ) throws(EtcdError) -> Result {
        try self.order.withLock { _ throws(EtcdError) in try body(try self.permissions(of: caller)) }
    }

    /// Runs a read with the permissions that its caller has.
    ///
    /// - Throws: `revision of auth store is old` when they have changed meanwhile.
    func reading<Result: Sendable>(
        _ caller: Caller,
        _ body: (Permissions) throws(EtcdError) -> Result
    ) throws(EtcdError) -> Result {
        let permissions = try self.permissions(of: caller)
        let result = try body(permissions)
        if let users = permissions.users, users.revision != self.store.users.revision { throw .oldRevision }
        return result
    }
}

extension Authorizer {
    /// Changes users or roles on behalf of root; the tokens of `user`, if one is named, end.
    func change(
        _ caller: Caller,
        forgetting user: AuthName? = nil,
        _ body: (inout Users) throws(EtcdError) -> Void
    ) throws(EtcdError) {
        try self.writing(caller) { (permissions) throws(EtcdError) in
            try self.store.changeUsers(as: permissions, body)
            if !self.store.users.isEnabled { self.tokens.removeAll() }
            if let user { self.tokens.remove(of: user) }
        }
    }

    /// A token for a client that knows the password.
    func authenticate(_ name: AuthName, _ password: String) async throws -> String {
        while true {
            let users = self.store.users
            guard !self.ignoresUsers, users.isEnabled else { throw EtcdError.authNotEnabled }
            guard let user = users.users[name] else { throw EtcdError.authFailed }
            if user.options.noPassword { throw EtcdError.noPasswordUser }
            let hash = String(decoding: user.password, as: UTF8.self)
            guard try await self.passwords.check(password, hash) else { throw EtcdError.authFailed }
            let token = self.order.withLock { _ in
                // Should the users have changed, the password may have too.
                self.store.users.revision == users.revision
                    ? self.tokens.make(for: name, now: .now()) : nil
            }
            if let token { return token }
        }
    }

    /// The hash of a password that root gives to a user, in base 64: so it goes into a cluster's log.
    func hash(_ password: String, for caller: Caller) async throws -> String {
        try self.permissions(of: caller).requireRoot()
        return Data(try await self.passwords.hash(password).utf8).base64EncodedString()
    }
}

/// Who sends a request, from its metadata and its connection.
struct Caller: Sendable {
    /// The token from the metadata; nil when there is none.
    var token: String?
    /// Whether a gateway sends it, whose certificate is its own and not its client's.
    var isGateway: Bool
    var connection: Connection

    init(_ metadata: Metadata, _ context: ServerContext) {
        let token =
            metadata[stringValues: "token"].first { _ in true }
            ?? metadata[stringValues: "authorization"].first { _ in true }
        self.token = token.map { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : $0 }
        self.isGateway = metadata[stringValues: "grpcgateway-accept"].contains { _ in true }
        self.connection = Connection(remote: context.remotePeer, local: context.localPeer)
    }
}
