import Bolt
public import EtcdMessages
public import EtcdStorage
import SwiftProtobuf

/// The users and roles of a store, and whether they are enforced.
///
/// They begin as the source's, or as nobody; ``UserRecords`` writes them into snapshots.
///
/// Source: etcd-io/etcd `server/storage/schema/auth.go`.
public struct Users: Sendable {
    /// Whether authentication is on; nil while it never was.
    private(set) var enabled: Bool?
    /// Counts the changes of users, roles and permissions; a new etcd has 1.
    public private(set) var revision: UInt64 = 1
    public private(set) var users: [AuthName: Authpb_User] = [:]
    public private(set) var roles: [AuthName: Authpb_Role] = [:]
    private var grants: [AuthName: Grants] = [:]
    /// Whether they are no longer what the source holds.
    private(set) var isChanged = true

    /// No user or role is larger, in bytes.
    private static let largestMessage = 16 << 20

    /// Nobody, and everything is allowed.
    init() {}

    /// - Throws: `.badPair` for an entry that etcd would not have written; `.bolt` for damaged pages.
    public init(reading database: EtcdDatabase) throws(StorageError) {
        var revision: UInt64 = 0
        try database.forEachPair(in: .auth) { (pair, page, bytes) throws(StorageError) in
            let value = bytes.extracting(pair.value).withUnsafeBytes { Array($0.prefix(9)) }
            switch bytes.extracting(pair.key).withUnsafeBytes({ String(decoding: $0, as: UTF8.self) }) {
            case "authEnabled": self.enabled = value == [1]
            case "authRevision": revision = value.reduce(0) { $0 << 8 | UInt64($1) }
            default: break
            }
        }
        try database.forEachPair(in: .authUsers) { (pair, page, bytes) throws(StorageError) in
            guard let user = message(Authpb_User.self, bytes.extracting(pair.value)) else {
                throw StorageError(.badPair(bucket: "authUsers"), path: database.path, page: page)
            }
            self.users[name(bytes.extracting(pair.key))] = user
        }
        try database.forEachPair(in: .authRoles) { (pair, page, bytes) throws(StorageError) in
            guard let role = message(Authpb_Role.self, bytes.extracting(pair.value)) else {
                throw StorageError(.badPair(bucket: "authRoles"), path: database.path, page: page)
            }
            self.roles[name(bytes.extracting(pair.key))] = role
        }
        self.isChanged = revision == 0
        self.revision = max(1, revision)
        self.findGrants()
    }

    public var isEnabled: Bool { self.enabled == true }

    public func isRoot(_ name: AuthName) -> Bool { self.has(name, role: .root) }

    public func has(_ name: AuthName, role: AuthName) -> Bool {
        self.users[name]?.roles.contains { AuthName($0) == role } == true
    }

    func mayRead(_ name: AuthName, _ range: KeyRange) -> Bool {
        self.isRoot(name) || self.grants[name]?.reading.covers(range) == true
    }

    func mayWrite(_ name: AuthName, _ range: KeyRange) -> Bool {
        self.isRoot(name) || self.grants[name]?.writing.covers(range) == true
    }

    private func message<M: Message>(_ type: M.Type, _ bytes: RawSpan) -> M? {
        guard bytes.byteCount <= Self.largestMessage else { return nil }
        return try? bytes.withUnsafeBytes { try M(serializedBytes: Array($0)) }
    }

    private func name(_ bytes: RawSpan) -> AuthName {
        AuthName(bytes: bytes.withUnsafeBytes { Array($0) })
    }
}

/// The parts of which changes are made.
extension Users {
    mutating func setEnabled(_ enabled: Bool) {
        self.enabled = enabled
        self.isChanged = true
    }

    /// Replaces a user, or takes it away.
    mutating func set(_ name: AuthName, to user: Authpb_User?) {
        self.users[name] = user
    }

    mutating func set(role name: AuthName, to role: Authpb_Role?) {
        self.roles[name] = role
    }

    /// Ends a change: what the users may do follows from it, and the revision counts it.
    mutating func commit() {
        self.revision &+= 1
        self.isChanged = true
        self.findGrants()
    }

    private mutating func findGrants() {
        self.grants = self.users.mapValues { user in
            Grants(user.roles.compactMap { self.roles[AuthName($0)] }.flatMap(\.keyPermission))
        }
    }
}

/// What the roles of one user allow together.
private struct Grants: Sendable {
    var reading: KeyRangeUnion
    var writing: KeyRangeUnion

    init(_ permissions: [Authpb_Permission]) {
        func intervals(_ types: Set<Authpb_Permission.TypeEnum>) -> KeyRangeUnion {
            KeyRangeUnion(
                // To etcd an empty key lies behind all others.
                permissions.filter { types.contains($0.permType) && !$0.key.isEmpty }
                    .map { KeyRange(key: $0.key, rangeEnd: $0.rangeEnd) }
            )
        }
        self.reading = intervals([.read, .readwrite])
        self.writing = intervals([.write, .readwrite])
    }
}
