import KubernetesRegistry

/// How a cluster of an etcd is called.
extension ClusterRoot {
    /// In a tree: `/registry`.
    var name: String {
        guard self.prefix != nil else { return "outside of the registry" }
        let cluster = self.logicalCluster.isEmpty ? "" : ", logical cluster \(self.logicalCluster)"
        return self.prefixText + cluster
    }

    /// Above what a table shows of it.
    var heading: String {
        self.prefix == nil ? "Outside of every root" : "Root \(self.name)"
    }

    /// The root for programs, and `/` for the empty one; "" outside of every root.
    var prefixText: String {
        self.prefix.map { $0.isEmpty ? "/" : $0 } ?? ""
    }

    /// The logical cluster for programs; nil when there is none.
    var logicalClusterText: String? {
        self.logicalCluster.isEmpty ? nil : self.logicalCluster
    }
}
