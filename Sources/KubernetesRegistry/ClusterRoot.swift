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
    /// The clusters that hold something, in the order of ``usage(of:)``; keys outside of any root are none.
    public var clusterRoots: [ClusterRoot] {
        let found = Set(self.groups.all.map { self.resources[$0.resource].clusterRoot })
        let order = Dictionary(self.roots.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
        return found.filter { $0.prefix != nil }.sorted { left, right in
            if left.prefix != right.prefix {
                return order[left.prefix ?? ""] ?? 0 < order[right.prefix ?? ""] ?? 0
            }
            return left.logicalCluster < right.logicalCluster
        }
    }
}

extension Sequence<ClusterRoot> {
    /// Whether several clusters have to be told apart; keys outside of any root are none.
    public var areSeveral: Bool { Set(self.lazy.filter { $0.prefix != nil }).count > 1 }
}
