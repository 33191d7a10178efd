import EtcdMessages
import EtcdStorage
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
    var users: Users

    /// Whether they are no longer what the source holds.
    var areChanged: Bool { self.users.isChanged }

    /// Of the bucket `auth`.
    var state: SmallBucket.Pairs {
        let revision = withUnsafeBytes(of: self.users.revision.bigEndian) { Array($0) }
        var pairs = [Array("authRevision".utf8): revision]
        if let enabled = self.users.enabled { pairs[Array("authEnabled".utf8)] = [enabled ? 1 : 0] }
        return pairs
    }

    /// Of the bucket `authUsers`.
    var userPairs: SmallBucket.Pairs { self.pairs(self.users.users) }
    /// Of the bucket `authRoles`.
    var rolePairs: SmallBucket.Pairs { self.pairs(self.users.roles) }

    private func pairs(_ messages: [AuthName: some Message]) -> SmallBucket.Pairs {
        var pairs: SmallBucket.Pairs = [:]
        for (name, message) in messages {
            // It fails only for proto2's required fields, and there are none.
            guard let bytes: [UInt8] = try? message.serializedBytes() else { continue }
            pairs[name.bytes] = bytes
        }
        return pairs
    }
}
