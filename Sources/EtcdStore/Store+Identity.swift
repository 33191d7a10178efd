public import EtcdStorage

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
