/// The members that a restored cluster begins with, as `--initial-cluster` names them.
///
///     m1=https://10.0.0.1:2380,m2=https://10.0.0.2:2380,m2=https://10.0.0.12:2380
///
/// A name that comes several times is one member with several URLs. All are voters.
///
/// Source: etcd-io/etcd `client/pkg/types/urlsmap.go` and `server/config/config.go`, `VerifyBootstrap`.
public struct InitialCluster: Hashable, Sendable {
    /// One member of the cluster.
    public struct Member: Hashable, Sendable {
        public let id: MemberID
        public let name: String
        /// Ascending.
        public let peerURLs: [String]
    }

    /// By ascending ID, which is the order of the log's entries.
    public let members: [Member]
    /// What keeps the IDs of clusters with the same URLs apart.
    public let token: String

    public var id: ClusterID { ClusterID(members: self.members.map(\.id)) }

    /// Reads the flag's text.
    ///
    /// - Throws: `.empty`, `.malformed`, `.badURL` or `.duplicateURL`.
    public init(parsing text: String, token: String) throws(InitialClusterError) {
        var urls: [String: [String]] = [:]
        var owners: [String: String] = [:]
        for entry in text.split(separator: ",") {
            let (name, url) = try parseEntry(entry)
            if let owner = owners.updateValue(name, forKey: url) {
                throw .duplicateURL(url, first: owner, second: name)
            }
            urls[name, default: []].append(url)
        }
        if urls.isEmpty { throw .empty }
        self.token = token
        self.members = urls.map { name, urls in
            let sorted = urls.sorted(by: precedesByBytes)
            return Member(id: MemberID(peerURLs: sorted, token: token), name: name, peerURLs: sorted)
        }.sorted { $0.id < $1.id }
    }

    /// The member called `name`.
    ///
    /// - Throws: `.unknownMember`.
    public func member(named name: String) throws(InitialClusterError) -> Member {
        guard let member = self.members.first(where: { $0.name == name }) else {
            throw .unknownMember(name, known: self.members.map(\.name).sorted(by: precedesByBytes))
        }
        return member
    }

    /// The member called `name`, whose URLs must be exactly `advertised` (comma-separated).
    ///
    /// They are compared as text, where etcd's own tool would also look host names up.
    ///
    /// - Throws: `.unknownMember`, `.badURL` or `.advertisedURLsDiffer`.
    public func member(
        named name: String,
        advertising advertised: String
    ) throws(InitialClusterError) -> Member {
        let member = try self.member(named: name)
        var urls: Set<String> = []
        for text in advertised.split(separator: ",") { urls.insert(try parseURL(text)) }
        guard urls == Set(member.peerURLs) else {
            let sorted = urls.sorted(by: precedesByBytes)
            throw .advertisedURLsDiffer(name, cluster: member.peerURLs, advertised: sorted)
        }
        return member
    }
}

private func parseEntry(
    _ entry: Substring
) throws(InitialClusterError) -> (name: String, url: String) {
    guard let equals = entry.firstIndex(of: "=") else { throw .malformed(String(entry)) }
    let name = String(entry[..<equals])
    guard !name.isEmpty else { throw .malformed(String(entry)) }
    return (name, try parseURL(entry[entry.index(after: equals)...]))
}

private func parseURL(_ text: Substring) throws(InitialClusterError) -> String {
    do {
        return try PeerURL(parsing: String(text)).text
    } catch {
        throw .badURL(String(text), problem: error.description)
    }
}
