/// What is wrong with the cluster that somebody described on the command line.
public enum InitialClusterError: Error, Hashable, Sendable {
    case empty
    /// An entry is not `name=url`.
    case malformed(String)
    case badURL(String, problem: String)
    /// Two members, or one twice, with the same URL.
    case duplicateURL(String, first: String, second: String)
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
            "\"\(url)\" is no peer URL: \(problem)"
        case .duplicateURL(let url, let first, let second) where first == second:
            "--initial-cluster gives \(first) the URL \(url) twice"
        case .duplicateURL(let url, let first, let second):
            "--initial-cluster gives the URL \(url) to both \(first) and \(second)"
        case .unknownMember(let name, let known):
            "--name \(name) is not in --initial-cluster, which names \(known.joined(separator: ", "))"
        case .advertisedURLsDiffer(let name, let cluster, let advertised):
            """
            --initial-cluster gives \(name) the URLs \(cluster.joined(separator: ",")), \
            --initial-advertise-peer-urls says \(advertised.joined(separator: ",")); make them the same
            """
        }
    }
}
