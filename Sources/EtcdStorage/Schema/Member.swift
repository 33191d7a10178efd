import FoundationEssentials

/// A member of the cluster, as bucket `members` keeps it.
///
/// The bucket's key is the ID in lower-case hexadecimal without padding; the value is JSON.
///
/// Source: etcd-io/etcd `server/etcdserver/api/membership/member.go`.
public struct Member: Hashable, Sendable, Codable {
    public var id: UInt64
    public var peerURLs: [String]
    /// Absent or true; a learner has no vote.
    public var isLearner: Bool?
    /// Empty until the member has started once.
    public var name: String?
    public var clientURLs: [String]?

    public init(
        id: UInt64,
        peerURLs: [String],
        isLearner: Bool? = nil,
        name: String? = nil,
        clientURLs: [String]? = nil
    ) {
        self.id = id
        self.peerURLs = peerURLs
        self.isLearner = isLearner
        self.name = name
        self.clientURLs = clientURLs
    }

    /// Reads a value of bucket `members`; nil when it is not such JSON.
    init?(json: [UInt8]) {
        guard json.count <= Self.maximumByteCount,
            let member = try? JSONDecoder().decode(Member.self, from: Data(json))
        else { return nil }
        self = member
    }

    /// Longest value that is read, in bytes.
    private static let maximumByteCount = 1 << 20
}
