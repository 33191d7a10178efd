public import EtcdMessages
import EtcdStorage

/// What the sender of one request may do, as the users and roles are at one moment.
///
/// Source: etcd-io/etcd `server/etcdserver/apply_auth.go`.
public struct Permissions: Sendable {
    /// nil when everything is allowed.
    public let users: Users?
    /// nil when the request says nothing of who sends it.
    let name: AuthName?
    /// The revision of the users under which ``name`` was found; nil when that is the one of ``users``.
    private let foundAt: UInt64?

    /// Everything is allowed.
    public init() {
        self.users = nil
        self.name = nil
        self.foundAt = nil
    }

    /// What a user may do; nil when the request says nothing of who sends it.
    public init(users: Users, name: AuthName?) {
        self.users = users
        self.name = name
        self.foundAt = nil
    }

    /// What the sender of a logged request may do, by the users at the time when it is applied.
    ///
    /// The header has the revision of the users under which the sender was known. 0 means that nobody was: etcd
    /// begins with 1.
    init(of header: Etcdserverpb_RequestHeader, users: Users) {
        self.users = users.isEnabled ? users : nil
        self.name = header.authRevision == 0 ? nil : AuthName(header.username)
        self.foundAt = header.authRevision
    }

    /// - Throws: `user name is empty` when it is not known who asks.
    public func requireName() throws(EtcdError) {
        if self.users != nil, self.name == nil { throw .userEmpty }
    }

    /// - Throws: `.userEmpty`, `.userNotFound`, `.permissionDenied`.
    public func requireRoot() throws(EtcdError) {
        guard let users = self.users else { return }
        guard let name = self.name, !name.bytes.isEmpty else { throw .userEmpty }
        guard users.users[name] != nil else { throw .userNotFound }
        guard users.isRoot(name) else { throw .permissionDenied }
    }

    /// Everybody may look at themselves and at their own roles; nobody is the user without a name.
    public func requireRoot(orSelf name: AuthName) throws(EtcdError) {
        if name != self.name ?? AuthName("") { try self.requireRoot() }
    }

    public func requireRoot(orRole role: AuthName) throws(EtcdError) {
        if let users = self.users, let name = self.name, users.has(name, role: role) { return }
        try self.requireRoot()
    }

    public func checkRead(_ key: some Sequence<UInt8>, _ end: some Collection<UInt8>) throws(EtcdError) {
        guard let users = self.users else { return }
        let name = try self.currentName(users)
        let range = KeyRange(key: key, rangeEnd: end)
        guard users.mayRead(name, range) else { throw .permissionDenied }
    }

    public func checkWrite(_ key: some Sequence<UInt8>, _ end: some Collection<UInt8>) throws(EtcdError) {
        guard let users = self.users else { return }
        let name = try self.currentName(users)
        let range = KeyRange(key: key, rangeEnd: end)
        guard users.mayWrite(name, range) else { throw .permissionDenied }
    }

    /// Who asks, for a request about keys: what the sender may do must not have changed since it was sent.
    ///
    /// - Throws: `.userEmpty`, `.oldRevision`.
    private func currentName(_ users: Users) throws(EtcdError) -> AuthName {
        guard let name = self.name else { throw .userEmpty }
        if let foundAt = self.foundAt, foundAt < users.revision { throw .oldRevision }
        return name
    }

    public func check(_ request: Etcdserverpb_PutRequest, _ leaseKeys: LeaseKeys) throws(EtcdError) {
        try self.checkWrite(request.key, [])
        if request.lease != 0 { try self.checkLease(leaseKeys(request.lease)) }
        if request.prevKv { try self.checkRead(request.key, []) }
    }

    public func check(_ request: Etcdserverpb_DeleteRangeRequest) throws(EtcdError) {
        try self.checkWrite(request.key, request.rangeEnd)
        if request.prevKv { try self.checkRead(request.key, request.rangeEnd) }
    }

    /// Both branches are checked, whichever will be taken.
    public func check(_ request: Etcdserverpb_TxnRequest, _ leaseKeys: LeaseKeys) throws(EtcdError) {
        guard self.users != nil else { return }
        for compare in request.compare { try self.checkRead(compare.key, compare.rangeEnd) }
        for operation in request.success + request.failure {
            switch operation.request {
            case .requestRange(let range)?: try self.checkRead(range.key, range.rangeEnd)
            case .requestPut(let put)?: try self.check(put, leaseKeys)
            case .requestDeleteRange(let delete)?: try self.check(delete)
            case .requestTxn(let inner)?: try self.check(inner, leaseKeys)
            case nil: break
            }
        }
    }

    /// A lease is only for those who may write every key that it would delete.
    public func checkLease(_ keys: @autoclosure () -> [[UInt8]]) throws(EtcdError) {
        guard let users = self.users else { return }
        if self.foundAt == nil, let name = self.name, users.isRoot(name) { return }
        for key in keys() { try self.checkWrite(key, []) }
    }
}

/// The keys that a lease holds.
public typealias LeaseKeys = (Int64) -> [[UInt8]]
