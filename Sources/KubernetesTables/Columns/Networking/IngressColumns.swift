internal import KubernetesCodec

extension ObjectTable {
    static let ingress = ObjectTable([
        .name,
        .text("Class", at: "spec", "ingressClassName", or: "<none>"),
        .text("Hosts") { hostsText($0.object.list("spec", "rules")) },
        .text("Address") { loadBalancerText($0.object.given("status", "loadBalancer")) },
        .text("Ports") { $0.object.list("spec", "tls").isEmpty ? "80" : "80, 443" },
        .age,
    ])

    static let ingressClass = ObjectTable([
        .name,
        .text("Controller", at: "spec", "controller"),
        .text("Parameters") { $0.object.given("spec", "parameters").map(parametersText) ?? "<none>" },
        .age,
    ])
}

/// Rules without a host take no place among the first three, but count among those that are left out.
///
/// Source: kubernetes/kubernetes `pkg/printers/internalversion/printers.go`, formatHosts.
private func hostsText(_ rules: [Value]) -> String {
    var hosts: [String] = []
    for rule in rules {
        guard hosts.count < 3 else {
            return "\(hosts.joined(separator: ",")) + \(rules.count - 3) more..."
        }
        let host = rule.text("host")
        if !host.isEmpty { hosts.append(host) }
    }
    return hosts.isEmpty ? "*" : hosts.joined(separator: ",")
}

/// `Kind.group/name`.
private func parametersText(_ parameters: Value) -> String {
    let group = (parameters.given("apiGroup")?.string).map { "." + $0 } ?? ""
    return "\(parameters.text("kind"))\(group)/\(parameters.text("name"))"
}
