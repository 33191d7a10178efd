import EtcdMessages
import SwiftProtobuf

/// Users, roles and whether they are enforced, as pairs of a database.
///
///     bucket/key           value
///     auth/authEnabled     one byte: 1 on, 0 off; not there while authentication was never on
///     auth/authRevision    uint64, big-endian
///     authUsers/NAME       authpb.User
///     authRoles/NAME       authpb.Role
///
///     message         field  type           content
///     User            1      bytes          name
///                     2      bytes          bcrypt hash, 60 characters; none for a user without password
///                     3      string, each   names of roles, sorted
///                     4      message        UserAddOptions; its field 1, bool: the user has no password
///     Role            1      bytes          name
///                     2      message, each  Permission, sorted by key
///     Permission      1      enum           0 read, 1 write, 2 read and write
///                     2      bytes          key
///                     3      bytes          end of the range; none for one key, a zero byte for no end
///
/// Source: etcd-io/etcd `api/authpb/auth.proto`, `server/storage/schema/auth.go`.
struct UserRecords {
    typealias Pair = (key: [UInt8], value: [UInt8])

    var users: Users

    /// Whether they are no longer what the source holds.
    var areChanged: Bool { self.users.isChanged }

    /// Of the bucket `auth`.
    var state: [Pair] {
        var pairs: [Pair] = []
        if let enabled = self.users.enabled { pairs.append((Array("authEnabled".utf8), [enabled ? 1 : 0])) }
        let revision = withUnsafeBytes(of: self.users.revision.bigEndian) { Array($0) }
        pairs.append((Array("authRevision".utf8), revision))
        return pairs
    }

    /// Of the bucket `authUsers`.
    var userPairs: [Pair] { self.pairs(self.users.users) }
    /// Of the bucket `authRoles`.
    var rolePairs: [Pair] { self.pairs(self.users.roles) }

    private func pairs(_ messages: [AuthName: some Message]) -> [Pair] {
        messages.sorted { $0.key < $1.key }.compactMap { name, message in
            // It fails only for proto2's required fields, and there are none.
            guard let bytes: [UInt8] = try? message.serializedBytes() else { return nil }
            return (name.bytes, bytes)
        }
    }
}
