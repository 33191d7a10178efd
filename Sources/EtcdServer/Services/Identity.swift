public import EtcdStorage
import NIOCore

extension Store.Identity {
    /// A store that began empty.
    public static var alone: Self {
        let member = MemberID(peerURLs: [], token: "registree")
        return Self(
            clusterID: ClusterID(members: [member]).rawValue,
            memberID: member.rawValue,
            raftTerm: 2
        )
    }

    /// The cluster of the source, seen through the member with the lowest ID.
    public init(of facts: StoreFacts) {
        let members = facts.members.map { MemberID(rawValue: $0.id) }.sorted()
        guard let first = members.first else {
            self = .alone
            return
        }
        self.init(
            clusterID: ClusterID(members: members).rawValue,
            memberID: first.rawValue,
            raftTerm: max(2, facts.term ?? 0)
        )
    }
}

extension StoreServer {
    /// The clock by which the server counts the time of leases: nanoseconds since the machine started.
    public static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }
}

/// The versions of etcd that the server names.
///
/// A kube-apiserver asks for at least 3.5.13 before it trusts watch progress for consistent reads from its cache.
public enum ServerVersion {
    public static let server = "3.5.21"
    public static let cluster = "3.5.0"
}
