public import KubernetesRegistry

/// What `list` prints.
public struct UsageText: Report {
    private let usage: [Usage]

    public init(_ usage: [Usage]) {
        self.usage = usage
    }

    /// Cluster scope, then a line's space, then the namespaces; totals last.
    ///
    /// Where there are several roots, each begins with a line of its own.
    public var text: String {
        var table = Table(headings: ["NAMESPACE", "RESOURCE", "OBJECTS", "SIZE"])
        let gap = ["", "", "", ""]
        let showsRoots = Set(self.usage.map(\.resource.clusterRoot)).areSeveral
        var namespaceCount = 0
        var previous: Usage?
        for row in self.usage {
            let isNewRoot = previous?.resource.clusterRoot != row.resource.clusterRoot
            if let previous, showsRoots && isNewRoot || previous.namespace.isEmpty != row.namespace.isEmpty {
                table.append(gap)
            }
            if showsRoots, isNewRoot { table.append(line: row.resource.clusterRoot.heading) }
            let isNewNamespace = isNewRoot || previous?.namespace != row.namespace
            if isNewNamespace, !row.namespace.isEmpty { namespaceCount += 1 }
            table.append([
                row.namespace.isEmpty ? "(cluster)" : row.namespace,
                row.resource.qualifiedName,
                String(row.objects),
                humanByteCount(UInt64(row.bytes)),
            ])
            previous = row
        }
        table.append(gap)
        let resources = Set(self.usage.map(\.resource.qualifiedName))
        table.append([
            "total: \(counted(namespaceCount, "namespace"))",
            counted(resources.count, "resource"),
            String(self.usage.reduce(0) { $0 + $1.objects }),
            humanByteCount(UInt64(self.usage.reduce(0) { $0 + $1.bytes })),
        ])
        return table.lines.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.allSatisfy { $0 == " " } ? "" : $0 }.joined(separator: "\n")
    }

    /// One array, a row an object; `root` is "" outside of every root, `namespace` for cluster scope, and only rows of
    /// kcp have a `logicalCluster`.
    public func json() throws -> String {
        try indentedJSON(
            self.usage.map { row in
                Row(
                    root: row.resource.clusterRoot.prefixText,
                    logicalCluster: row.resource.clusterRoot.logicalClusterText,
                    namespace: row.namespace,
                    group: row.resource.group,
                    resource: row.resource.plural,
                    objects: row.objects,
                    bytes: row.bytes
                )
            }
        )
    }

    private struct Row: Encodable {
        var root: String
        var logicalCluster: String?
        var namespace: String
        var group: String
        var resource: String
        var objects: Int
        var bytes: Int
    }
}
