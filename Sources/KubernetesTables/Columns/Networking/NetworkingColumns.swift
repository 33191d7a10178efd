internal import KubernetesCodec

extension ObjectTable {
    static let networkPolicy = ObjectTable([
        .name,
        .text("Pod-Selector") { labelSelectorText($0.object.given("spec", "podSelector")) },
        .age,
    ])

    static let endpointSlice = ObjectTable([
        .name,
        .text("AddressType", at: "addressType"),
        .text("Ports") { firstFew($0.object.list("ports").map(portText), or: "<unset>") },
        .text("Endpoints") {
            let addresses = $0.object.list("endpoints").flatMap { $0.list("addresses") }
            return firstFew(addresses.compactMap(\.string), or: "<unset>")
        },
        .age,
    ])

    static let serviceCIDR = ObjectTable([
        .name,
        .text("CIDRs") { joined($0.object.list("spec", "cidrs")) },
        .age,
    ])

    /// The server sends an age too, but has no column for it.
    static let ipAddress = ObjectTable([
        .name,
        .text("ParentRef") { $0.object.given("spec", "parentRef").map(parentText) ?? "<none>" },
    ])
}

private func portText(_ port: Value) -> String {
    port.given("port")?.scalarText ?? port.given("name")?.string ?? "*"
}

/// `resource.group/namespace/name`.
private func parentText(_ parent: Value) -> String {
    let group = parent.text("group")
    let resource = parent.text("resource") + (group.isEmpty ? "" : "." + group)
    let namespace = parent.text("namespace")
    return resource.lowercased() + (namespace.isEmpty ? "" : "/" + namespace) + "/" + parent.text("name")
}
