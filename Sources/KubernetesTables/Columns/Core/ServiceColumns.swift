internal import KubernetesCodec

extension ObjectTable {
    static let service = ObjectTable([
        .name,
        .text("Type") { serviceType(of: $0.object) },
        .text("Cluster-IP") { clusterAddress(of: $0.object) },
        .text("External-IP") { externalAddress(of: $0.object) },
        .text("Port(s)") { orNone($0.object.list("spec", "ports").map(portText).joined(separator: ",")) },
        .age,
        .text("Selector", priority: 1) { labelsText($0.object.given("spec", "selector")) },
    ])
}

private func serviceType(of service: Value) -> String {
    service.given("spec", "type")?.string ?? "ClusterIP"
}

/// The first of a service's addresses; older releases stored one alone.
private func clusterAddress(of service: Value) -> String {
    let first = service.list("spec", "clusterIPs").first?.string
    return orNone(first ?? service.text("spec", "clusterIP"))
}

/// Source: kubernetes/kubernetes `pkg/printers/internalversion/printers.go`, getServiceExternalIP.
private func externalAddress(of service: Value) -> String {
    let external = service.list("spec", "externalIPs").compactMap(\.string)
    switch serviceType(of: service) {
    case "ClusterIP", "NodePort":
        return orNone(external.joined(separator: ","))
    case "LoadBalancer":
        let balancer = loadBalancerText(service.given("status", "loadBalancer"))
        let all = (balancer.isEmpty ? [] : [balancer]) + external
        return all.isEmpty ? "<pending>" : all.joined(separator: ",")
    case "ExternalName":
        return service.text("spec", "externalName")
    default:
        return "<unknown>"
    }
}

private func portText(_ port: Value) -> String {
    let protocolName = port.given("protocol")?.string ?? "TCP"
    let nodePort = port.whole("nodePort")
    let number = port.whole("port")
    return nodePort > 0 ? "\(number):\(nodePort)/\(protocolName)" : "\(number)/\(protocolName)"
}
