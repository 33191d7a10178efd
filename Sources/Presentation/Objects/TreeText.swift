import EtcdStorage
import JSONText
public import KubernetesRegistry

/// The formats of a tree.
public enum TreeFormat: String, CaseIterable, Sendable {
    case tree
    case json
}

extension Registry {
    /// Prints the registry as a tree.
    ///
    /// - Parameters:
    ///   - format: How.
    ///   - depth: How far to open it.
    ///   - namespace: The one namespace to show; nil for all.
    ///   - output: Where it goes.
    /// - Returns: Whether there is anything in the tree.
    /// - Throws: What writing throws.
    public func writeTree<Sink: OutputSink & ~Copyable>(
        as format: TreeFormat,
        depth: TreeDepth,
        namespace: String?,
        to output: inout Sink
    ) throws -> Bool {
        var isEmpty = true
        switch format {
        case .tree:
            var text = TreeText(self)
            try self.forEachTreeNode(depth: depth, namespace: namespace) { node in
                isEmpty = false
                try output.write(text.line(node))
            }
        case .json:
            var json = TreeJSON(self)
            try self.forEachTreeNode(depth: depth, namespace: namespace) { node in
                isEmpty = false
                try output.write(json: json.text(node))
            }
            try output.write(json.end())
        }
        return !isEmpty
    }
}

/// Draws the registry's tree with box characters, line by line.
private struct TreeText {
    private let registry: Registry
    /// For each level above the next line, whether a further line of it follows.
    private var continues: [Bool] = []

    init(_ registry: Registry) {
        self.registry = registry
    }

    /// A node's line: branch, name, and what lies below it.
    mutating func line(_ node: TreeNode) -> String {
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

/// Writes the registry's tree as JSON, node by node, so that none of it has to be kept.
///
///     [{"type":"root","name":"/registry","objects":2,"bytes":9,"children":[…]},…]
///
/// A resource has a `group` too, and a root of kcp a `logicalCluster`. A node without lines below it has no `children`.
private struct TreeJSON {
    private let registry: Registry
    /// Level of the node that was written last; -1 in front of the first.
    private var level = -1

    init(_ registry: Registry) {
        self.registry = registry
    }

    /// A node, up to where its children begin.
    mutating func text(_ node: TreeNode) -> String {
        var text = self.step(to: node.level)
        text += "{\"type\":\"\(node.kind)\",\"name\":"
        switch node.content {
        case .resource(let resource):
            text += GoJSON.string(resource.plural) + ",\"group\":" + GoJSON.string(resource.group)
        case .namespaces: text += "\"namespaces\""
        case .root(let root):
            text += GoJSON.string(root.prefixText)
            if !root.logicalCluster.isEmpty {
                text += ",\"logicalCluster\":" + GoJSON.string(root.logicalCluster)
            }
        default: text += GoJSON.string(node.name(in: self.registry))
        }
        if node.kind != "object" { text += ",\"objects\":\(node.objects)" }
        return text + ",\"bytes\":\(node.bytes)"
    }

    /// Closes everything that is open.
    mutating func end() -> String {
        guard self.level >= 0 else { return "[]\n" }
        return String(repeating: "}]", count: self.level + 1) + "\n"
    }

    private mutating func step(to level: Int) -> String {
        defer { self.level = level }
        if level > self.level { return self.level < 0 ? "[" : ",\"children\":[\n" }
        return String(repeating: "}]", count: self.level - level) + "},\n"
    }
}

extension TreeNode {
    /// What the node is called.
    fileprivate func name(in registry: Registry) -> String {
        switch self.content {
        case .root(let root): root.name
        case .clusterScope: "cluster scope"
        case .namespaces(let count): counted(count, "namespace")
        case .namespace(let name): name
        case .resource(let resource): resource.qualifiedName
        case .object(let object): registry.name(of: object)
        }
    }

    /// What the node is, in a word for programs.
    fileprivate var kind: String {
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
