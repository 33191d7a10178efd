public import KubernetesRegistry

/// What `list` prints.
public struct UsageText: Report {
    private let usage: [Usage]

    public init(_ usage: [Usage]) {
        self.usage = usage
    }

    /// Cluster scope, then a line's space, then the namespaces; totals last.
    public var text: String {
        var table = Table(headings: ["NAMESPACE", "RESOURCE", "OBJECTS", "SIZE"])
        let gap = ["", "", "", ""]
        var namespaces: Set<String> = []
        var previous: Usage?
        for row in self.usage {
            if let previous, previous.namespace.isEmpty != row.namespace.isEmpty { table.append(gap) }
            table.append([
                row.namespace.isEmpty ? "(cluster)" : row.namespace,
                row.resource.qualifiedName,
                String(row.objects),
                humanByteCount(UInt64(row.bytes)),
            ])
            if !row.namespace.isEmpty { namespaces.insert(row.namespace) }
            previous = row
        }
        table.append(gap)
        let resources = Set(self.usage.map(\.resource.qualifiedName))
        table.append([
            "total: \(counted(namespaces.count, "namespace"))",
            counted(resources.count, "resource"),
            String(self.usage.reduce(0) { $0 + $1.objects }),
            humanByteCount(UInt64(self.usage.reduce(0) { $0 + $1.bytes })),
        ])
        return table.lines.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.allSatisfy { $0 == " " } ? "" : $0 }.joined(separator: "\n")
    }

    /// One array, a row an object; `namespace` is "" for cluster scope.
    public func json() throws -> String {
        try indentedJSON(
            self.usage.map { row in
                Row(
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
        var namespace: String
        var group: String
        var resource: String
        var objects: Int
        var bytes: Int
    }
}
