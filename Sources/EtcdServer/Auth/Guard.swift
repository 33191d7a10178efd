import CPasswords
import EtcdRPC
import GRPCCore
import NIOCore
import NIOPosix
import Synchronization

/// Who sends a request, as far as its metadata tell.
struct Caller: Sendable {
    /// The token from the metadata; nil when there is none.
    var token: String?

    init(_ metadata: Metadata) {
        let words =
            metadata[stringValues: "token"].first { _ in true }
            ?? metadata[stringValues: "authorization"].first { _ in true }
        self.token = words.map { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : $0 }
    }
}

/// Lets requests pass, or refuses them with etcd's words: the users, roles and permissions of the snapshot.
///
/// Source: etcd-io/etcd `server/auth/store.go`, `server/etcdserver/apply/auth.go`.
final class Guard: Sendable {
    let users: Users
    private let tokens = Tokens()
    private let passwords = PasswordCheck()

    init(_ users: Users) {
        self.users = users
    }

    var isEnabled: Bool { self.users.isEnabled }

    /// A token for whoever knows the password.
    func authenticate(_ name: String, _ password: String) async throws -> String {
        guard self.isEnabled else { throw EtcdRefusal.authNotEnabled }
        guard let user = self.users.users[name], !user.options.noPassword,
            try await self.passwords.check(password, String(decoding: user.password, as: UTF8.self))
        else { throw EtcdRefusal.authFailed }
        return self.tokens.make(for: name, now: .now())
    }

    /// The user; nil when auth is off.
    ///
    /// - Throws: `user name is empty` without a token, `invalid auth token` for one that is not known.
    func user(_ caller: Caller) throws(EtcdRefusal) -> String? {
        guard self.isEnabled else { return nil }
        guard let token = caller.token else { throw .userEmpty }
        guard let user = self.tokens.user(of: token, now: .now()) else { throw .invalidToken }
        return user
    }

    func requireUser(_ caller: Caller) throws(EtcdRefusal) {
        _ = try self.user(caller)
    }

    func requireRoot(_ caller: Caller) throws(EtcdRefusal) {
        guard let user = try self.user(caller) else { return }
        guard self.users.isRoot(user) else { throw .permissionDenied }
    }
}

extension Guard {
    func checkRead(_ caller: Caller, _ key: some Sequence<UInt8>, _ end: some Sequence<UInt8>)
        throws(EtcdRefusal)
    {
        guard let user = try self.user(caller) else { return }
        let range = GrantedRange(key: Array(key), rangeEnd: Array(end))
        guard self.users.mayRead(user, range) else { throw .permissionDenied }
    }

    func checkWrite(_ caller: Caller, _ key: some Sequence<UInt8>, _ end: some Sequence<UInt8>)
        throws(EtcdRefusal)
    {
        guard let user = try self.user(caller) else { return }
        let range = GrantedRange(key: Array(key), rangeEnd: Array(end))
        guard self.users.mayWrite(user, range) else { throw .permissionDenied }
    }

    func check(_ caller: Caller, _ request: Etcdserverpb_PutRequest, _ leaseKeys: LeaseKeys)
        throws(EtcdRefusal)
    {
        try self.checkWrite(caller, request.key, [])
        if request.lease != 0 { try self.checkLease(caller, leaseKeys(request.lease)) }
        if request.prevKv { try self.checkRead(caller, request.key, []) }
    }

    func check(_ caller: Caller, _ request: Etcdserverpb_DeleteRangeRequest) throws(EtcdRefusal) {
        try self.checkWrite(caller, request.key, request.rangeEnd)
        if request.prevKv { try self.checkRead(caller, request.key, request.rangeEnd) }
    }

    /// Both branches are checked, whichever will be taken.
    func check(_ caller: Caller, _ request: Etcdserverpb_TxnRequest, _ leaseKeys: LeaseKeys)
        throws(EtcdRefusal)
    {
        guard self.isEnabled else { return }
        for compare in request.compare { try self.checkRead(caller, compare.key, compare.rangeEnd) }
        for operation in request.success + request.failure {
            switch operation.request {
            case .requestRange(let range)?: try self.checkRead(caller, range.key, range.rangeEnd)
            case .requestPut(let put)?: try self.check(caller, put, leaseKeys)
            case .requestDeleteRange(let delete)?: try self.check(caller, delete)
            case .requestTxn(let inner)?: try self.check(caller, inner, leaseKeys)
            case nil: break
            }
        }
    }

    /// A lease is only for those who may write every key that it would delete.
    func checkLease(_ caller: Caller, _ keys: [[UInt8]]) throws(EtcdRefusal) {
        guard let user = try self.user(caller), !self.users.isRoot(user) else { return }
        for key in keys { try self.checkWrite(caller, key, []) }
    }
}

/// The keys that a lease holds.
typealias LeaseKeys = (Int64) -> [[UInt8]]

/// Compares passwords with bcrypt hashes, one at a time and beside everything else: each takes some 50 ms.
final class PasswordCheck: Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let waiting = Atomic(0)
    private static let limit = 100

    init() {
        self.thread.start()
    }

    deinit {
        self.thread.shutdownGracefully { _ in }
    }

    /// - Throws: `too many requests` when a hundred wait already.
    func check(_ password: String, _ hash: String) async throws -> Bool {
        self.waiting.count()
        defer { self.waiting.count(-1) }
        guard self.waiting.value <= Self.limit else { throw EtcdRefusal.tooManyRequests }
        return try await self.thread.runIfActive { registree_bcrypt_verify(password, hash) }
    }
}
