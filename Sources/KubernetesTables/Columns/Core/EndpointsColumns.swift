internal import KubernetesCodec

extension ObjectTable {
    static let endpoints = ObjectTable([
        .name,
        .text("Endpoints") { endpointsText($0.object.list("subsets")) },
        .age,
    ])
}

/// Addresses with ports; subsets without addresses give an empty text, no subset `<none>`.
private func endpointsText(_ subsets: [Value]) -> String {
    guard !subsets.isEmpty else { return "<none>" }
    return firstFew(subsets.flatMap(addresses), or: "")
}

private func addresses(of subset: Value) -> [String] {
    let hosts = subset.list("addresses").map { $0.text("ip") }
    let ports = subset.list("ports")
    // A headless service may have no port.
    guard !ports.isEmpty else { return hosts }
    return ports.flatMap { port in
        hosts.map { ($0.contains(":") ? "[\($0)]" : $0) + ":\(port.whole("port"))" }
    }
}
