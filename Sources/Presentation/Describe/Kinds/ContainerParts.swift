import KubernetesCodec

/// A container of a pod: what it should be, and what became of it.
struct ContainerParts {
    let generic: GenericFields

    /// All about one container.
    ///
    /// - Parameters:
    ///   - spec: The container in the pod's `spec`; nil when only its status is there.
    ///   - status: The container in the pod's `status`.
    /// - Returns: A section under the container's name.
    func block(_ spec: Value?, status: Value?) -> Block {
        var blocks: [Block] = []
        var reported = status.map(Unshown.init)
        let name = spec?.text("name") ?? status?.text("name") ?? ""
        reported?.take("name")
        if let spec {
            var object = Unshown(spec)
            object.take("name")
            blocks += self.head(&object, &reported)
            if reported != nil { blocks += self.state(&reported) }
            blocks += self.resources(&object)
            blocks += self.probes(&object)
            blocks += self.environment(&object)
            blocks.append(self.mounts(&object))
            blocks += object.rest(self.generic)
        } else {
            blocks += self.state(&reported)
        }
        if let rest = reported?.rest(self.generic), !rest.isEmpty {
            blocks.append(.section("Reported", rest))
        }
        return .section(orNone(name), blocks)
    }

    private func head(_ object: inout Unshown, _ status: inout Unshown?) -> [Block] {
        var blocks: [Block?] = [.field("Image", object.takeText("image"))]
        if status?.value.text("image") == object.value.text("image") { status?.take("image") }
        blocks.append(.field(ifGiven: "Image ID", status?.takeText("imageID")))
        blocks.append(.field(ifGiven: "Container ID", status?.takeText("containerID")))
        let ports = object.takeList("ports").map(portText)
        if !ports.isEmpty { blocks.append(.field("Ports", ports)) }
        for name in ["command", "args"] {
            let words = object.takeList(name).compactMap(\.scalarText)
            if !words.isEmpty { blocks.append(.field(fieldLabel(name), words.flatMap(textLines))) }
        }
        return blocks.compactMap { $0 }
    }

    private func state(_ status: inout Unshown?) -> [Block] {
        var blocks: [Block?] = []
        blocks += self.stateBlocks("State", status?.take("state"))
        blocks += self.stateBlocks("Last State", status?.take("lastState"))
        blocks.append(.field(ifGiven: "Ready", status?.takeText("ready")))
        blocks.append(.field(ifGiven: "Restart Count", status?.takeText("restartCount")))
        return blocks.compactMap { $0 }
    }

    /// `Running`, `Waiting` or `Terminated`, and since when or why.
    private func stateBlocks(_ name: String, _ state: Value?) -> [Block] {
        (state?.members ?? []).map { kind, details in
            var object = Unshown(details)
            var text = fieldLabel(kind)
            let reason = object.takeText("reason")
            if !reason.isEmpty { text += ": \(reason)" }
            return .section(name, text, object.rest(self.generic))
        }
    }

    private func resources(_ object: inout Unshown) -> [Block] {
        var blocks: [Block?] = []
        for name in ["limits", "requests"] {
            guard let resources = object.value.given("resources", name) else { continue }
            object.take("resources", name)
            blocks.append(.field(ifGiven: fieldLabel(name), pairsText(resources)))
        }
        if object.value.given("resources")?.count == 0 { object.take("resources") }
        return blocks.compactMap { $0 }
    }

    private func probes(_ object: inout Unshown) -> [Block] {
        [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")]
            .compactMap {
                guard let probe = object.take($1) else { return nil }
                var rest = Unshown(probe)
                let text = probeText(&rest)
                return .section($0, text, rest.rest(self.generic))
            }
    }

    private func environment(_ object: inout Unshown) -> [Block] {
        var blocks: [Block] = []
        let sources = object.takeList("envFrom").map(environmentSourceText)
        if !sources.isEmpty { blocks.append(.field("Environment From", sources)) }
        let variables = object.takeList("env")
        guard !variables.isEmpty else { return blocks }
        let fields = variables.map { Block.field($0.text("name"), textLines(variableText($0))) }
        return blocks + [.section("Environment", fields)]
    }

    private func mounts(_ object: inout Unshown) -> Block {
        let devices = object.takeList("volumeDevices").map {
            "\($0.text("devicePath")) from \($0.text("name"))"
        }
        let mounts = object.takeList("volumeMounts").map(mountText)
        return .field("Mounts", orNone(mounts + devices))
    }
}

/// `http 8080/TCP`, with the host's port where there is one.
private func portText(_ port: Value) -> String {
    let name = port.text("name").isEmpty ? "" : port.text("name") + " "
    let number = "\(name)\(port.text("containerPort"))/\(port.text("protocol"))"
    let host = [port.text("hostIP"), port.text("hostPort")].filter { !$0.isEmpty && $0 != "0" }
    return host.isEmpty ? number : "\(number) on the host's \(host.joined(separator: ":"))"
}

/// `/data from volume (ro,path="x")`.
private func mountText(_ mount: Value) -> String {
    var notes = [mount["readOnly"]?.boolean == true ? "ro" : "rw"]
    if !mount.text("subPath").isEmpty { notes.append("path=\"\(mount.text("subPath"))\"") }
    let known: Set = ["name", "mountPath", "readOnly", "subPath"]
    notes += mount.members.filter { !known.contains($0.name) && !$0.value.isNull }
        .map { "\($0.name)=\($0.value.scalarText ?? "")" }
    return "\(mount.text("mountPath")) from \(mount.text("name")) (\(notes.joined(separator: ",")))"
}

/// An environment variable's value, or where it comes from, in kubectl's words.
private func variableText(_ variable: Value) -> String {
    guard let source = variable.given("valueFrom") else { return variable.text("value") }
    let optional = { (reference: Value) in
        reference.given("optional").map { "  Optional: \($0.scalarText ?? "")" } ?? ""
    }
    if let field = source.given("fieldRef") {
        return
            "(\(field.text("apiVersion").isEmpty ? "v1" : field.text("apiVersion")):\(field.text("fieldPath")))"
    }
    if let field = source.given("resourceFieldRef") {
        let divisor =
            ["", "0"].contains(field.text("divisor")) ? "" : " in units of \(field.text("divisor"))"
        let container = field.text("containerName").isEmpty ? "" : " of \(field.text("containerName"))"
        return "(\(field.text("resource"))\(container)\(divisor))"
    }
    if let key = source.given("secretKeyRef") {
        return "<set to the key '\(key.text("key"))' in secret '\(key.text("name"))'>\(optional(key))"
    }
    if let key = source.given("configMapKeyRef") {
        return "<set to the key '\(key.text("key"))' of config map '\(key.text("name"))'>\(optional(key))"
    }
    return "<from \(source.members.map { "\($0.name) \(pairsText($0.value))" }.joined(separator: ", "))>"
}

private func environmentSourceText(_ source: Value) -> String {
    let prefix = source.text("prefix").isEmpty ? "" : " with prefix '\(source.text("prefix"))'"
    let references = source.members.filter { $0.value.kind == .object }.map { name, reference in
        let kind = name == "configMapRef" ? "ConfigMap" : name == "secretRef" ? "Secret" : name
        let optional = reference.given("optional").map { "  Optional: \($0.scalarText ?? "")" } ?? ""
        return "\(kind) \(reference.text("name"))\(prefix)\(optional)"
    }
    return references.joined(separator: ", ")
}

/// `http-get http://:8080/healthz delay=0s timeout=1s period=10s #success=1 #failure=3`.
private func probeText(_ probe: inout Unshown) -> String {
    var text = "no handler"
    if probe.value.given("httpGet") != nil {
        let scheme = probe.takeText("httpGet", "scheme").lowercased()
        let host = probe.takeText("httpGet", "host")
        let port = probe.takeText("httpGet", "port")
        text = "http-get \(scheme)://\(host):\(port)\(probe.takeText("httpGet", "path"))"
    } else if probe.value.given("tcpSocket") != nil {
        text = "tcp-socket \(probe.takeText("tcpSocket", "host")):\(probe.takeText("tcpSocket", "port"))"
    } else if probe.value.given("grpc") != nil {
        text = "grpc :\(probe.takeText("grpc", "port")) \(probe.takeText("grpc", "service"))"
    } else if probe.value.given("exec") != nil {
        let words = probe.takeList("exec", "command").compactMap(\.scalarText)
        text = "exec [\(oneLine(words.joined(separator: " ")))]"
    }
    let timing = [
        ("delay", "initialDelaySeconds"), ("timeout", "timeoutSeconds"), ("period", "periodSeconds"),
    ].map { "\($0)=\(probe.value.whole($1))s" }
    let counts = [("#success", "successThreshold"), ("#failure", "failureThreshold")]
        .map { "\($0)=\(probe.value.whole($1))" }
    for name in [
        "initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold",
    ] {
        probe.take(name)
    }
    return ([text] + timing + counts).joined(separator: " ")
}
