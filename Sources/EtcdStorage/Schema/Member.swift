import FoundationEssentials
import JSONText

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

    /// The key in bucket `members`, and in `members_removed` once it is gone.
    public var key: [UInt8] { Self.key(of: self.id) }

    /// The key of a member by its ID.
    public static func key(of id: UInt64) -> [UInt8] { Array(String(id, radix: 16).utf8) }

    /// The value in bucket `members`, with the fields in etcd's order.
    public var json: [UInt8] {
        var text = "{\"id\":\(self.id),\"peerURLs\":\(GoJSON.strings(self.peerURLs))"
        if self.isLearner == true { text += ",\"isLearner\":true" }
        if let name = self.name, !name.isEmpty { text += ",\"name\":\(GoJSON.string(name))" }
        if let urls = self.clientURLs, !urls.isEmpty { text += ",\"clientURLs\":\(GoJSON.strings(urls))" }
        return Array((text + "}").utf8)
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
