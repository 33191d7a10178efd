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
            var text = TreeText(self, output.appearance.colors)
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
    private let colors: Colors
    /// For each level above the next line, whether a further line of it follows.
    private var continues: [Bool] = []

    init(_ registry: Registry, _ colors: Colors) {
        self.registry = registry
        self.colors = colors
    }

    /// A node's line: branch, name, and what lies below it.
    mutating func line(_ node: TreeNode) -> String {
        let branch = self.colors.paint(self.branch(to: node), .aside)
        let name = self.colors.paint(terminalText(node.name(in: self.registry)), node.meaning)
        return branch + name + "  " + self.colors.paint("(\(node.sizeText))", .aside) + "\n"
    }

    private mutating func branch(to node: TreeNode) -> String {
        guard node.level > 0 else {
            self.continues = []
            return ""
        }
        self.continues.removeSubrange(min(node.level - 1, self.continues.count)...)
        let above = self.continues.map { $0 ? "│   " : "    " }.joined()
        self.continues.append(!node.isLast)
        return above + (node.isLast ? "└── " : "├── ")
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

    /// How many objects lie below it, and how large they are; of an object its size.
    fileprivate var sizeText: String {
        let size = humanByteCount(UInt64(self.bytes))
        if case .object = self.content { return size }
        return "\(counted(self.objects, "object")), \(size)"
    }

    /// What its colour says: objects have none.
    fileprivate var meaning: Colors.Meaning? {
        switch self.content {
        case .root, .clusterScope, .namespaces, .namespace: .heading
        case .resource: .name
        case .object: nil
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
