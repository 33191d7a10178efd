/// Which of the clusters in one etcd an object belongs to.
public struct ClusterRoot: Hashable, Sendable {
    /// The root of the keys, as `--etcd-prefix` gives it to an API server; nil for keys outside of any.
    public var prefix: String?
    /// In kcp the logical cluster below the root; "" elsewhere.
    public var logicalCluster: String

    public init(prefix: String?, logicalCluster: String = "") {
        self.prefix = prefix
        self.logicalCluster = logicalCluster
    }
}

extension Resource {
    /// The cluster whose objects these are.
    public var clusterRoot: ClusterRoot {
        ClusterRoot(prefix: self.root, logicalCluster: self.logicalCluster)
    }
}

extension Registry {
    /// The clusters that hold something, in no particular order; keys outside of any root are none.
    public var clusterRoots: Set<ClusterRoot> {
        Set(self.groups.all.map { self.resources[$0.resource].clusterRoot }.filter { $0.prefix != nil })
    }
}

extension Set<ClusterRoot> {
    /// Whether several clusters have to be told apart; keys outside of any root are none.
    public var areSeveral: Bool { self.count { $0.prefix != nil } > 1 }
}
