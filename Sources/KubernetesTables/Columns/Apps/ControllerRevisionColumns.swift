internal import KubernetesCodec

extension ObjectTable {
    static let controllerRevision = ObjectTable([
        .name,
        .text("Controller") { controllerText(of: $0.object) },
        .integer("Revision", type: "string", at: "revision"),
        .age,
    ])
}

/// The controlling owner as `daemonset.apps/name`.
private func controllerText(of object: Value) -> String {
    guard let owner = object.list("metadata", "ownerReferences").first(where: { $0.flag("controller") })
    else {
        return "<none>"
    }
    let parts = owner.text("apiVersion").split(separator: "/", maxSplits: 1)
    let group = parts.count == 2 ? ".\(parts[0])" : ""
    return "\(owner.text("kind"))\(group)".lowercased() + "/\(owner.text("name"))"
}
