import KubernetesCodec
import KubernetesRegistry

extension KindSummary {
    func addService(_ object: inout Unshown, to parts: inout Parts) {
        parts.add("Type", object.takeText("spec", "type"))
        parts.add("Selector", orNone(pairsText(object.take("spec", "selector"), ",")))
        let address = object.takeText("spec", "clusterIP")
        let addresses = object.takeList("spec", "clusterIPs").compactMap(\.scalarText)
        parts.fields.append(
            .field("IP", orNone(addresses.isEmpty ? [address].filter { !$0.isEmpty } : addresses))
        )
        let families = object.takeList("spec", "ipFamilies").compactMap(\.scalarText)
        let policy = object.takeText("spec", "ipFamilyPolicy")
        parts.add("IP Families", ([policy] + families).filter { !$0.isEmpty }.joined(separator: ", "))
        parts.add("External Name", object.takeText("spec", "externalName"))
        let external = object.takeList("spec", "externalIPs").compactMap(\.scalarText)
        if !external.isEmpty { parts.fields.append(.field("External IPs", external)) }
        let ingress = object.value.list("status", "loadBalancer", "ingress")
        let balancers = ingress.map { $0.text("ip").isEmpty ? $0.text("hostname") : $0.text("ip") }
        if !balancers.isEmpty { parts.fields.append(.field("Load Balancer", balancers)) }
        if object.value.given("status", "loadBalancer")?.count == 0 { object.take("status", "loadBalancer") }
        let ports = object.takeList("spec", "ports")
        let rows = ports.map { port in
            [
                orNone(port.text("name")), "\(port.text("port"))/\(port.text("protocol"))",
                port.text("targetPort"),
                ["", "0"].contains(port.text("nodePort")) ? "-" : port.text("nodePort"),
                port.text("appProtocol"),
            ]
        }
        let hasProtocols = rows.contains { $0.last?.isEmpty == false }
        let headings = ["Name", "Port", "Target Port", "Node Port"] + (hasProtocols ? ["Protocol"] : [])
        parts.add(.table("Ports", headings, rows.map { Array($0.prefix(headings.count)) }))
        parts.add(self.endpoints())
    }

    /// Where the Service leads, from its EndpointSlices.
    private func endpoints() -> Block? {
        let slices = self.description.endpointSlices
        guard !slices.isEmpty else { return .section("Endpoints", "<none>", []) }
        var rows: [[String]] = []
        for slice in slices {
            for port in slice.list("ports").isEmpty ? [nil] : slice.list("ports").map(Optional.init) {
                for endpoint in slice.list("endpoints") {
                    let addresses = endpoint.texts("addresses")
                    let isReady = endpoint["conditions", "ready"]?.boolean ?? true
                    rows.append([
                        addresses.map { endpointText($0, port) }.joined(separator: ","),
                        orNone(port?.text("name") ?? ""),
                        isReady
                            ? "true"
                            : endpoint["conditions", "terminating"]?.boolean == true
                                ? "terminating" : "false",
                        endpoint.text("nodeName"), targetText(endpoint.given("targetRef")),
                    ])
                }
            }
        }
        guard !rows.isEmpty else { return .section("Endpoints", "<none>", []) }
        var blocks: [Block] = [.table(["Address", "Port", "Ready", "Node", "Target"], rows)]
        let count = self.description.endpointSliceCount
        if count > slices.count {
            blocks.insert(.line("of the first \(slices.count) of \(count) EndpointSlices"), at: 0)
        }
        return .section("Endpoints", blocks)
    }

    func addIngress(_ object: inout Unshown, to parts: inout Parts) {
        parts.add("Ingress Class", object.takeText("spec", "ingressClassName"))
        if let backend = object.value.given("spec", "defaultBackend") ?? object.value.given("spec", "backend")
        {
            object.take("spec", "defaultBackend")
            object.take("spec", "backend")
            parts.add("Default Backend", backendText(backend))
        }
        let addresses = object.value.list("status", "loadBalancer", "ingress")
            .map { $0.text("ip").isEmpty ? $0.text("hostname") : $0.text("ip") }
        parts.fields.append(.field("Address", orNone(addresses)))
        let tls = object.takeList("spec", "tls").map { entry in
            "\(orNone(entry.text("secretName"))) terminates \(orNone(entry.texts("hosts").joined(separator: ",")))"
        }
        if !tls.isEmpty { parts.fields.append(.field("TLS", tls)) }
        var rows: [[String]] = []
        for rule in object.takeList("spec", "rules") {
            let host = rule.text("host").isEmpty ? "*" : rule.text("host")
            let paths = rule.list("http", "paths")
            if paths.isEmpty { rows.append([host, "", "", "<none>"]) }
            for path in paths {
                let backend = path.given("backend").map(backendText) ?? "<none>"
                rows.append([host, orNone(path.text("path")), path.text("pathType"), backend])
            }
        }
        parts.add(.table("Rules", ["Host", "Path", "Path Type", "Backend"], rows))
    }
}

private func endpointText(_ address: String, _ port: Value?) -> String {
    guard let port, !port.text("port").isEmpty else { return address }
    return address.contains(":") ? "[\(address)]:\(port.text("port"))" : "\(address):\(port.text("port"))"
}

private func targetText(_ target: Value?) -> String {
    guard let target else { return "" }
    return "\(target.text("kind"))/\(target.text("name"))"
}

/// `service:port`, or the resource that is meant.
private func backendText(_ backend: Value) -> String {
    if let resource = backend.given("resource") {
        let group = resource.text("apiGroup").isEmpty ? "" : ".\(resource.text("apiGroup"))"
        return "\(resource.text("kind"))\(group)/\(resource.text("name"))"
    }
    if let service = backend.given("service") {
        let port =
            service.text("port", "name").isEmpty
            ? service.text("port", "number") : service.text("port", "name")
        return "\(service.text("name")):\(port)"
    }
    return "\(backend.text("serviceName")):\(backend.text("servicePort"))"
}
