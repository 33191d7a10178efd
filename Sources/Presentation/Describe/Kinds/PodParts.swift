import KubernetesCodec

extension KindSummary {
    func addPod(_ object: inout Unshown, to parts: inout Parts) {
        let cells = self.tableCells()
        let phase = object.takeText("status", "phase")
        let state = cells["Status"] ?? phase
        parts.add("Status", state == phase ? phase : "\(state) (phase \(orNone(phase)))")
        parts.add("Reason", object.takeText("status", "reason"))
        parts.add("Message", object.takeText("status", "message"))
        parts.add("Ready", cells["Ready"].map { "\($0) containers" } ?? "")
        parts.add("Restarts", cells["Restarts"] ?? "")
        let node = object.takeText("spec", "nodeName")
        let host = object.takeText("status", "hostIP")
        parts.add("Node", node.isEmpty ? "<none>" : node + (host.isEmpty ? "" : "/\(host)"))
        parts.add("Started", self.generic.momentText(object.takeText("status", "startTime")))
        let address = object.takeText("status", "podIP")
        let addresses = object.takeList("status", "podIPs").map { $0.text("ip") }
        parts.fields.append(
            .field("IP", orNone(addresses.isEmpty ? [address].filter { !$0.isEmpty } : addresses))
        )
        parts.add("Controlled By", self.controller)
        parts.add("QoS Class", object.takeText("status", "qosClass"))
        let (fields, sections) = PodParts(generic: self.generic).spec(&object)
        parts.fields += fields
        parts.sections += sections
    }
}

/// What pods and the templates of pods have in common.
struct PodParts {
    let generic: GenericFields

    /// Everything in the template of a pod.
    func template(_ template: Value) -> [Block] {
        var object = Unshown(template)
        let labels = object.take("metadata", "labels")?.members ?? []
        let annotations = object.take("metadata", "annotations")?.members ?? []
        var blocks: [Block] = [
            .field("Labels", orNone(labels.map { "\($0.name)=\($0.value.scalarText ?? "")" }))
        ]
        if !annotations.isEmpty { blocks.append(annotationBlock("Annotations", annotations)) }
        if template.given("metadata", "creationTimestamp") == nil {
            object.take("metadata", "creationTimestamp")
        }
        let (fields, sections) = self.spec(&object)
        return blocks + fields + sections + object.rest(self.generic)
    }

    /// The fields of a pod's `spec` that are laid out otherwise than by their names alone.
    func spec(_ pod: inout Unshown) -> (fields: [Block], sections: [Block]) {
        var fields: [Block?] = []
        let priority = pod.takeText("spec", "priority")
        let priorityClass = pod.takeText("spec", "priorityClassName")
        fields.append(.field(ifGiven: "Priority", priority))
        fields.append(.field(ifGiven: "Priority Class", priorityClass))
        let account = pod.takeText("spec", "serviceAccountName")
        if pod.value.text("spec", "serviceAccount") == account { pod.take("spec", "serviceAccount") }
        fields.append(.field(ifGiven: "Service Account", account))
        if let selector = pod.take("spec", "nodeSelector") {
            fields.append(
                .field(
                    "Node Selectors",
                    orNone(selector.members.map { "\($0.name)=\($0.value.scalarText ?? "")" })
                )
            )
        }
        let tolerations = pod.takeList("spec", "tolerations")
        if !tolerations.isEmpty { fields.append(.field("Tolerations", tolerations.map(tolerationText))) }
        var sections: [Block] = []
        for (title, specs, statuses) in [
            ("Init Containers", "initContainers", "initContainerStatuses"),
            ("Containers", "containers", "containerStatuses"),
            ("Ephemeral Containers", "ephemeralContainers", "ephemeralContainerStatuses"),
        ] {
            let blocks = self.containers(pod.takeList("spec", specs), pod.takeList("status", statuses))
            if !blocks.isEmpty { sections.append(.section(title, blocks)) }
        }
        let volumes = pod.takeList("spec", "volumes")
        if !volumes.isEmpty { sections.append(.section("Volumes", volumes.map(self.volume))) }
        return (fields.compactMap { $0 }, sections)
    }

    private func containers(_ specs: [Value], _ statuses: [Value]) -> [Block] {
        let parts = ContainerParts(generic: self.generic)
        let names = Set(specs.map { $0.text("name") })
        let known = specs.map { spec in
            parts.block(spec, status: statuses.first { $0.text("name") == spec.text("name") })
        }
        return known
            + statuses.filter { !names.contains($0.text("name")) }.map { parts.block(nil, status: $0) }
    }

    /// A volume with what it shows of itself first: the kind of its source, and what that is called.
    private func volume(_ volume: Value) -> Block {
        var object = Unshown(volume)
        let name = orNone(object.takeText("name"))
        let sources = volume.members.filter { $0.name != "name" && $0.value.kind == .object }
        guard sources.count == 1, let source = sources.first else {
            return .section(name, object.rest(self.generic))
        }
        var title = volumeSourceName(source.name)
        for field in ["name", "secretName", "claimName", "path", "pdName", "volumeID", "driver"] {
            let target = object.takeText(source.name, field)
            guard !target.isEmpty else { continue }
            title += " \(target)"
            break
        }
        var inner = object
        let members = inner.take(source.name)?.members.count ?? 0
        let rest = members == 0 ? [] : object.rest(self.generic)
        // The source's own members without its name between, which stands in the title.
        let blocks = rest.flatMap { block -> [Block] in
            if case .section(fieldLabel(source.name), "", let members) = block { return members }
            return [block]
        }
        return .section(name, title, blocks)
    }
}

/// `ConfigMap`, `EmptyDir`, `CSI`, as the kinds of volumes are called.
private func volumeSourceName(_ field: String) -> String {
    switch field {
    case "csi", "nfs", "rbd", "iscsi", "fc": field.uppercased()
    default: field.prefix(1).uppercased() + field.dropFirst()
    }
}

/// `dedicated=x:NoSchedule`, `node.kubernetes.io/not-ready:NoExecute op=Exists for 300s`.
func tolerationText(_ toleration: Value) -> String {
    var text = toleration.text("key")
    if !toleration.text("value").isEmpty { text += "=\(toleration.text("value"))" }
    if !toleration.text("effect").isEmpty { text += ":\(toleration.text("effect"))" }
    let isEqual = ["", "Equal"].contains(toleration.text("operator")) && !toleration.text("value").isEmpty
    if !isEqual, !toleration.text("operator").isEmpty {
        text += (text.isEmpty ? "" : " ") + "op=\(toleration.text("operator"))"
    }
    if let seconds = toleration.given("tolerationSeconds")?.integer { text += " for \(seconds)s" }
    return text
}
