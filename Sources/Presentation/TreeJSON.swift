public import KubernetesRegistry

/// Writes the registry's tree as JSON, node by node, so that none of it has to be kept.
///
///     [{"type":"root","name":"/registry","objects":2,"bytes":9,"children":[…]},…]
///
/// A resource has a `group` too. A node without lines below it has no `children`.
public struct TreeJSON {
    private let registry: Registry
    /// Level of the node that was written last; -1 in front of the first.
    private var level = -1

    public init(_ registry: Registry) {
        self.registry = registry
    }

    /// A node, up to where its children begin.
    public mutating func text(_ node: TreeNode) -> String {
        var text = self.step(to: node.level)
        text += "{\"type\":\"\(node.kind)\",\"name\":"
        switch node.content {
        case .resource(let resource):
            text += jsonText(resource.plural) + ",\"group\":" + jsonText(resource.group)
        case .namespaces: text += "\"namespaces\""
        case .root(nil): text += "\"\""
        default: text += jsonText(node.name(in: self.registry))
        }
        if node.kind != "object" { text += ",\"objects\":\(node.objects)" }
        return text + ",\"bytes\":\(node.bytes)"
    }

    /// Closes everything that is open.
    public mutating func end() -> String {
        guard self.level >= 0 else { return "[]\n" }
        return String(repeating: "}]", count: self.level + 1) + "\n"
    }

    private mutating func step(to level: Int) -> String {
        defer { self.level = level }
        if level > self.level { return self.level < 0 ? "[" : ",\"children\":[\n" }
        return String(repeating: "}]", count: self.level - level) + "},\n"
    }
}
