public import KubernetesRegistry

/// Draws the registry's tree with box characters, line by line.
public struct TreeText {
    private let registry: Registry
    /// For each level above the next line, whether a further line of it follows.
    private var continues: [Bool] = []

    public init(_ registry: Registry) {
        self.registry = registry
    }

    /// A node's line: branch, name, and what lies below it.
    public mutating func line(_ node: TreeNode) -> String {
        var line = ""
        if node.level > 0 {
            self.continues.removeSubrange(min(node.level - 1, self.continues.count)...)
            for continues in self.continues { line += continues ? "│   " : "    " }
            line += node.isLast ? "└── " : "├── "
            self.continues.append(!node.isLast)
        } else {
            self.continues = []
        }
        line += terminalText(node.name(in: self.registry))
        let size = humanByteCount(UInt64(node.bytes))
        if case .object = node.content { return line + "  (\(size))\n" }
        return line + "  (\(counted(node.objects, "object")), \(size))\n"
    }
}

extension TreeNode {
    /// What the node is called.
    func name(in registry: Registry) -> String {
        switch self.content {
        case .root(let root): root.map { $0.isEmpty ? "/" : $0 } ?? "outside of the registry"
        case .clusterScope: "cluster scope"
        case .namespaces(let count): counted(count, "namespace")
        case .namespace(let name): name
        case .resource(let resource): resource.qualifiedName
        case .object(let object): registry.name(of: object)
        }
    }

    /// What the node is, in a word for programs.
    var kind: String {
        switch self.content {
        case .root: "root"
        case .clusterScope: "cluster"
        case .namespaces: "namespaces"
        case .namespace: "namespace"
        case .resource: "resource"
        case .object: "object"
        }
    }
}
