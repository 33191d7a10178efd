import Bolt
import EtcdRPC
public import EtcdStorage
import SwiftProtobuf

/// The users and roles that a snapshot brings with it.
///
///     bucket/key           encoding
///     auth/authEnabled     one byte, 1 = on
///     auth/authRevision    uint64 big-endian
///     authUsers/NAME       authpb.User: its bcrypt hash and the names of its roles
///     authRoles/NAME       authpb.Role: its permissions
///
/// Source: etcd-io/etcd `server/storage/schema/auth.go`.
public struct Users: Sendable {
    public private(set) var isEnabled = false
    var revision: UInt64 = 0
    private(set) var users: [String: Authpb_User] = [:]
    private(set) var roles: [String: Authpb_Role] = [:]
    private var grants: [String: Grants] = [:]

    /// The role that may do everything.
    static let rootRole = "root"
    /// No user or role is larger, in bytes.
    private static let largestMessage = 16 << 20

    /// Nobody, and everything is allowed.
    public init() {}

    /// - Throws: `.badPair` for an entry that etcd would not have written; `.bolt` for damaged pages.
    public init(reading database: EtcdDatabase) throws(StorageError) {
        try database.forEachPair(in: .auth) { (pair, page, bytes) throws(StorageError) in
            let value = bytes.extracting(pair.value).withUnsafeBytes { Array($0.prefix(9)) }
            switch bytes.extracting(pair.key).withUnsafeBytes({ String(decoding: $0, as: UTF8.self) }) {
            case "authEnabled": self.isEnabled = value == [1]
            case "authRevision": self.revision = value.reduce(0) { $0 << 8 | UInt64($1) }
            default: break
            }
        }
        try database.forEachPair(in: .authUsers) { (pair, page, bytes) throws(StorageError) in
            guard let user = message(Authpb_User.self, bytes.extracting(pair.value)) else {
                throw StorageError(.badPair(bucket: "authUsers"), path: database.path, page: page)
            }
            self.users[String(decoding: user.name, as: UTF8.self)] = user
        }
        try database.forEachPair(in: .authRoles) { (pair, page, bytes) throws(StorageError) in
            guard let role = message(Authpb_Role.self, bytes.extracting(pair.value)) else {
                throw StorageError(.badPair(bucket: "authRoles"), path: database.path, page: page)
            }
            self.roles[String(decoding: role.name, as: UTF8.self)] = role
        }
        self.grants = self.users.mapValues { user in
            Grants(user.roles.compactMap { self.roles[$0] }.flatMap(\.keyPermission))
        }
    }

    func isRoot(_ name: String) -> Bool {
        self.users[name]?.roles.contains(Self.rootRole) == true
    }

    func mayRead(_ name: String, _ range: GrantedRange) -> Bool {
        self.isRoot(name) || self.grants[name]?.reading.covers(range) == true
    }

    func mayWrite(_ name: String, _ range: GrantedRange) -> Bool {
        self.isRoot(name) || self.grants[name]?.writing.covers(range) == true
    }

    private func message<M: Message>(_ type: M.Type, _ bytes: RawSpan) -> M? {
        guard bytes.byteCount <= Self.largestMessage else { return nil }
        return try? bytes.withUnsafeBytes { try M(serializedBytes: Array($0)) }
    }
}

/// What the roles of one user allow together.
private struct Grants: Sendable {
    var reading: GrantedRanges
    var writing: GrantedRanges

    init(_ permissions: [Authpb_Permission]) {
        func intervals(_ types: Set<Authpb_Permission.TypeEnum>) -> GrantedRanges {
            GrantedRanges(
                permissions.filter { types.contains($0.permType) }
                    .map { GrantedRange(key: Array($0.key), rangeEnd: Array($0.rangeEnd)) }
            )
        }
        self.reading = intervals([.read, .readwrite])
        self.writing = intervals([.write, .readwrite])
    }
}
