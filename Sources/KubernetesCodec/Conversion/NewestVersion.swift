extension Document {
    /// Shows an object of an old version as the one that replaced it, where the two have other fields for the same.
    ///
    ///     kind                     from                          to
    ///     Ingress                  extensions/v1beta1,           networking.k8s.io/v1
    ///                              networking.k8s.io/v1beta1
    ///     HorizontalPodAutoscaler  autoscaling/v1,               autoscaling/v2
    ///                              autoscaling/v2beta1,
    ///                              autoscaling/v2beta2
    ///     EndpointSlice            discovery.k8s.io/v1beta1      discovery.k8s.io/v1
    ///
    /// Of most kinds the fields of all versions are the same; they stay as they are.
    ///
    /// Sources: kubernetes/kubernetes `pkg/apis/networking/v1beta1/conversion.go`,
    /// `pkg/apis/discovery/v1beta1/conversion.go`; see ``AutoscalerConversion``.
    ///
    /// - Throws: `.tooLarge`.
    public mutating func showInNewestVersion() throws(CodecError) {
        let root = self.root
        switch (root["apiVersion"]?.string, root["kind"]?.string) {
        case ("extensions/v1beta1", "Ingress"), ("networking.k8s.io/v1beta1", "Ingress"):
            try self.convertIngress(root)
        case ("discovery.k8s.io/v1beta1", "EndpointSlice"):
            for endpoint in root.list("endpoints") { try self.convertEndpoint(endpoint) }
        default: try AutoscalerConversion(of: root)?.apply(to: &self)
        }
    }
}

// MARK: Ingress

extension Document {
    private mutating func convertIngress(_ root: Value) throws(CodecError) {
        guard let spec = root["spec"], spec.kind == .object else { return }
        if let backend = spec["backend"] {
            self.removeMember("backend", of: spec.node)
            try self.insertMember("defaultBackend", self.ingressBackend(backend), of: spec.node)
        }
        for rule in spec.list("rules") {
            for path in rule.list("http", "paths") {
                if path.given("pathType") == nil {
                    try self.insertMember("pathType", self.addString("ImplementationSpecific"), of: path.node)
                }
                guard let backend = path["backend"] else { continue }
                try self.insertMember("backend", self.ingressBackend(backend), of: path.node)
            }
        }
    }

    /// `{serviceName, servicePort, resource}` as `{service: {name, port: {number | name}}, resource}`.
    private mutating func ingressBackend(_ old: Value) throws(CodecError) -> UInt32 {
        let backend = try self.addObject()
        try self.setCopy("resource", of: backend, to: old.given("resource"))
        guard let name = old.given("serviceName") else { return backend }
        let service = try self.addObject()
        try self.setCopy("name", of: service, to: name)
        if let port = old.given("servicePort") {
            let newPort = try self.addObject()
            try self.setCopy(port.kind == .number ? "number" : "name", of: newPort, to: port)
            try self.insertMember("port", newPort, of: service)
        }
        try self.insertMember("service", service, of: backend)
        return backend
    }
}

// MARK: EndpointSlice

extension Document {
    /// The topology of v1beta1 holds the node and the zone, which have fields of their own in v1.
    private mutating func convertEndpoint(_ endpoint: Value) throws(CodecError) {
        guard let topology = endpoint.given("topology") else { return }
        self.removeMember("topology", of: endpoint.node)
        let rest = try self.addObject()
        var hasRest = false
        for (name, value) in topology.members {
            switch name {
            case "kubernetes.io/hostname":
                if endpoint.given("nodeName") == nil {
                    try self.setCopy("nodeName", of: endpoint.node, to: value)
                }
            case "topology.kubernetes.io/zone": try self.setCopy("zone", of: endpoint.node, to: value)
            default:
                try self.setCopy(name, of: rest, to: value)
                hasRest = true
            }
        }
        if hasRest { try self.insertMember("deprecatedTopology", rest, of: endpoint.node) }
    }
}
