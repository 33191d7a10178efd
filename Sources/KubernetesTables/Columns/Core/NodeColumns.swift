internal import KubernetesCodec

extension ObjectTable {
    static let node = ObjectTable([
        .name,
        .text("Status") { nodeStatus(of: $0.object) },
        .text("Roles") { orNone(nodeRoles(of: $0.object).joined(separator: ",")) },
        .age,
        .text("Version", at: "status", "nodeInfo", "kubeletVersion"),
        .text("Internal-IP", priority: 1) { nodeAddress("InternalIP", of: $0.object) },
        .text("External-IP", priority: 1) { nodeAddress("ExternalIP", of: $0.object) },
        .text("OS-Image", priority: 1) { nodeInfo("osImage", of: $0.object) },
        .text("Kernel-Version", priority: 1) { kernelText(of: $0.object) },
        .text("Container-Runtime", priority: 1) { nodeInfo("containerRuntimeVersion", of: $0.object) },
    ])
}

/// Of several conditions of one type, the last counts.
private func nodeStatus(of node: Value) -> String {
    let ready = node.list("status", "conditions").last { $0.text("type") == "Ready" }
    let status =
        switch ready?.text("status") {
        case nil: "Unknown"
        case "True"?: "Ready"
        case _?: "NotReady"
        }
    return node.flag("spec", "unschedulable") ? status + ",SchedulingDisabled" : status
}

/// The roles in labels `node-role.kubernetes.io/<role>` and `kubernetes.io/role=<role>`.
private func nodeRoles(of node: Value) -> [String] {
    let prefix = "node-role.kubernetes.io/"
    let roles = (node.given("metadata", "labels")?.members ?? []).map { label in
        if label.name.hasPrefix(prefix) { return String(label.name.dropFirst(prefix.count)) }
        return label.name == "kubernetes.io/role" ? label.value.scalarText ?? "" : ""
    }
    return Set(roles.filter { !$0.isEmpty }).sortedByBytes()
}

private func nodeAddress(_ type: String, of node: Value) -> String {
    let address = node.list("status", "addresses").first { $0.text("type") == type }
    return address?.text("address") ?? "<none>"
}

private func nodeInfo(_ name: String, of node: Value) -> String {
    let text = node.text("status", "nodeInfo", name)
    return text.isEmpty ? "<unknown>" : text
}

/// With the processor's architecture, as from Kubernetes 1.35.
private func kernelText(of node: Value) -> String {
    let architecture = node.text("status", "nodeInfo", "architecture")
    let kernel = nodeInfo("kernelVersion", of: node)
    return architecture.isEmpty ? kernel : "\(kernel) (\(architecture))"
}
