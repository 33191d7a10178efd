import JSONText

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
    /// - Throws: `.empty`, `.malformed`, `.badURL`, `.duplicateURL` or `.sameMemberID`.
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
        for (first, second) in zip(self.members, self.members.dropFirst()) where first.id == second.id {
            let names = [first.name, second.name].sorted(by: precedesByBytes)
            throw .sameMemberID(first: names[0], second: names[1])
        }
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

extension InitialCluster.Member {
    /// What etcd keeps of the member, in the `members` bucket and in the log.
    ///
    ///     {"id":10276657743932975437,"peerURLs":["http://localhost:2380"],"name":"default"}
    ///
    /// Source: etcd-io/etcd `server/etcdserver/api/membership/member.go`, `type Member struct`.
    var json: [UInt8] {
        let urls = GoJSON.strings(self.peerURLs)
        let name = GoJSON.string(self.name)
        return Array("{\"id\":\(self.id.rawValue),\"peerURLs\":\(urls),\"name\":\(name)}".utf8)
    }

    /// The key in the `members` bucket.
    var key: [UInt8] { Array(self.id.description.utf8) }
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

/// What is wrong with the cluster that somebody described on the command line.
public enum InitialClusterError: Error, Hashable, Sendable {
    case empty
    /// An entry is not `name=url`.
    case malformed(String)
    case badURL(String, problem: String)
    /// Two members, or one twice, with the same URL.
    case duplicateURL(String, first: String, second: String)
    /// IDs come from the URLs: those of two members make one text.
    case sameMemberID(first: String, second: String)
    case unknownMember(String, known: [String])
    /// The member's own URLs are not those that the cluster expects it to have.
    case advertisedURLsDiffer(String, cluster: [String], advertised: [String])
}

extension InitialClusterError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .empty:
            "--initial-cluster names no member; write it as name=https://host:2380,…"
        case .malformed(let entry):
            "--initial-cluster: \"\(entry)\" is not name=URL"
        case .badURL(let url, let problem):
            "\"\(url)\" is not a peer URL: \(problem)"
        case .duplicateURL(let url, let first, let second) where first == second:
            "--initial-cluster gives \(first) the URL \(url) twice"
        case .duplicateURL(let url, let first, let second):
            "--initial-cluster gives the URL \(url) to both \(first) and \(second)"
        case .sameMemberID(let first, let second):
            "--initial-cluster gives \(first) and \(second) URLs that make the same member ID; change one of them"
        case .unknownMember(let name, let known):
            "--name \(name) is not in --initial-cluster, which names \(known.joined(separator: ", "))"
        case .advertisedURLsDiffer(let name, let cluster, let advertised):
            """
            --initial-cluster gives \(name) the URLs \(cluster.joined(separator: ",")), \
            --initial-advertise-peer-urls has \(advertised.joined(separator: ",")); make them the same
            """
        }
    }
}
