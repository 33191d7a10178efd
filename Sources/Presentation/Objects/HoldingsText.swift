public import KubernetesRegistry

/// The formats of what a source holds of each resource.
public enum HoldingsFormat: String, CaseIterable, Sendable {
    case table
    case json
    /// The names alone, a line each: `deployments.apps`.
    case name
}

/// What a source holds of each resource, as a table or JSON.
public struct HoldingsText: Report {
    private let holdings: [ResourceHolding]
    private let roots: [ClusterRoot]
    private let showsHeadings: Bool

    /// - Parameters:
    ///   - holdings: What there is of each resource.
    ///   - roots: The clusters of the source, in order; what is of none of them comes last.
    ///   - showsHeadings: Whether the table begins with headings.
    public init(_ holdings: [ResourceHolding], of roots: [ClusterRoot] = [], showsHeadings: Bool) {
        self.roots = roots
        self.showsHeadings = showsHeadings
        self.holdings = holdings
    }

    private var sorted: [ResourceHolding] {
        self.holdings.sorted { left, right in
            let (one, other) = (left.resource, right.resource)
            if (one.group, one.plural) != (other.group, other.plural) {
                return (one.group, one.plural) < (other.group, other.plural)
            }
            return one.directory < other.directory
        }
    }

    public var text: String {
        var table = Table()
        if self.showsHeadings {
            table.append([
                "NAME", "SHORTNAMES", "GROUP", "NAMESPACED", "KIND", "OBJECTS", "STORED", "ENCODING",
                "UNDECODED",
            ])
        }
        let byRoot = Dictionary(grouping: self.sorted) { $0.resource.clusterRoot }
        let others = Set(byRoot.keys).subtracting(self.roots).sorted { $0.heading < $1.heading }
        let showsRoots = byRoot.keys.areSeveral
        for root in self.roots + others where byRoot[root] != nil {
            if showsRoots, self.showsHeadings { table.append(line: root.heading) }
            for holding in byRoot[root] ?? [] { table.append(self.cells(of: holding)) }
        }
        return table.lines
    }

    private func cells(of holding: ResourceHolding) -> [String] {
        let resource = holding.resource
        return [
            resource.plural,
            resource.shortNames.joined(separator: ","),
            resource.group,
            resource.scope == .cluster ? "false" : "true",
            resource.kind,
            String(holding.objectCount),
            counts(holding.storedVersions),
            counts(holding.encodings),
            String(holding.undecodedCount),
        ]
    }

    /// The names alone, a line each.
    public var names: String {
        self.sorted.map { terminalText($0.resource.qualifiedName) + "\n" }.joined()
    }

    public func json() throws -> String {
        try indentedJSON(self.sorted.map(HoldingJSON.init))
    }
}

/// `v1`, or with counts when there are several: `v1:3,v1beta1:1`.
private func counts(_ counts: [String: Int]) -> String {
    let sorted = counts.sorted { $0.key < $1.key }
    if sorted.count == 1 { return sorted[0].key }
    return sorted.map { "\($0.key):\($0.value)" }.joined(separator: ",")
}

private struct HoldingJSON: Encodable {
    var name: String
    var root: String
    var logicalCluster: String?
    var shortNames: [String]
    var group: String
    var namespaced: Bool
    var kind: String
    var objects: Int
    var storedVersions: [String: Int]
    var encodings: [String: Int]
    var undecoded: Int

    init(_ holding: ResourceHolding) {
        self.name = holding.resource.plural
        self.root = holding.resource.clusterRoot.prefixText
        self.logicalCluster = holding.resource.clusterRoot.logicalClusterText
        self.shortNames = holding.resource.shortNames
        self.group = holding.resource.group
        self.namespaced = holding.resource.scope != .cluster
        self.kind = holding.resource.kind
        self.objects = holding.objectCount
        self.storedVersions = holding.storedVersions
        self.encodings = holding.encodings
        self.undecoded = holding.undecodedCount
    }
}
