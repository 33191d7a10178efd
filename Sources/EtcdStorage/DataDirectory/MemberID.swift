import Crypto

/// The number by which a cluster knows one of its members.
///
/// It is printed as etcd prints it: lower-case hexadecimal digits without leading zeros.
public struct MemberID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    public var rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The ID of a member that a cluster begins with: the first eight bytes, highest first, of the SHA-1
    /// of its peer URLs in ascending order, one after the other, and the cluster's token.
    ///
    /// Source: etcd-io/etcd `server/etcdserver/api/membership/member.go`, `computeMemberID`.
    public init(peerURLs: [String], token: String) {
        let text = peerURLs.sorted(by: precedesByBytes).joined() + token
        self.rawValue = firstWord(ofSHA1: Array(text.utf8))
    }

    public var description: String { String(self.rawValue, radix: 16) }

    public static func < (left: MemberID, right: MemberID) -> Bool { left.rawValue < right.rawValue }
}

/// The number that keeps members of different clusters apart; printed like a ``MemberID``.
public struct ClusterID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public var rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// The ID of a cluster that begins with `members`: the first eight bytes, highest first, of the
    /// SHA-1 of their IDs in ascending order, eight bytes each, highest first.
    ///
    /// Source: etcd-io/etcd `server/etcdserver/api/membership/cluster.go`, `genID`.
    public init(members: [MemberID]) {
        var bytes: [UInt8] = []
        for member in members.sorted() {
            withUnsafeBytes(of: member.rawValue.bigEndian) { bytes.append(contentsOf: $0) }
        }
        self.rawValue = firstWord(ofSHA1: bytes)
    }

    public var description: String { String(self.rawValue, radix: 16) }
}

private func firstWord(ofSHA1 bytes: [UInt8]) -> UInt64 {
    Insecure.SHA1.hash(data: bytes).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
}

/// Go's order of strings, which is that of their UTF-8 bytes.
func precedesByBytes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
}
