import KubernetesCodec

extension KindSummary {
    func addNode(_ object: inout Unshown, to parts: inout Parts) {
        let cells = self.tableCells()
        parts.add("Status", cells["Status"] ?? "")
        parts.add("Roles", cells["Roles"] ?? "")
        let taints = object.takeList("spec", "taints").map { taint in
            let value = taint.text("value").isEmpty ? "" : "=\(taint.text("value"))"
            let since =
                taint.text("timeAdded").isEmpty
                ? "" : " since \(self.generic.momentText(taint.text("timeAdded")))"
            return "\(taint.text("key"))\(value):\(taint.text("effect"))\(since)"
        }
        parts.fields.append(.field("Taints", orNone(taints)))
        let isUnschedulable = object.takeText("spec", "unschedulable")
        parts.add("Unschedulable", isUnschedulable.isEmpty ? "false" : isUnschedulable)
        let addresses = object.takeList("status", "addresses").map {
            Block.field($0.text("type"), $0.text("address"))
        }
        if !addresses.isEmpty { parts.add(.section("Addresses", addresses)) }
        let capacity = object.take("status", "capacity")
        let allocatable = object.take("status", "allocatable")
        let names = Set([capacity, allocatable].flatMap { $0?.members.map(\.name) ?? [] }).sorted()
        let rows = names.map { [$0, orNone(capacity?.text($0) ?? ""), orNone(allocatable?.text($0) ?? "")] }
        parts.add(.table("Resources", ["Name", "Capacity", "Allocatable"], rows))
    }

    func addClaim(_ object: inout Unshown, to parts: inout Parts) {
        parts.add("Status", object.takeText("status", "phase"))
        parts.add("Storage Class", object.takeText("spec", "storageClassName"))
        parts.fields.append(.field("Volume", orNone(object.takeText("spec", "volumeName"))))
        parts.add("Requested", pairsText(object.take("spec", "resources", "requests")))
        parts.add("Capacity", pairsText(object.take("status", "capacity")))
        let modes = object.takeList("spec", "accessModes").compactMap(\.scalarText)
        if modes == object.value.texts("status", "accessModes") { object.take("status", "accessModes") }
        parts.add("Access Modes", modes.joined(separator: ", "))
        parts.add("Volume Mode", object.takeText("spec", "volumeMode"))
    }

    func addVolume(_ object: inout Unshown, to parts: inout Parts) {
        parts.add("Status", object.takeText("status", "phase"))
        parts.add("Storage Class", object.takeText("spec", "storageClassName"))
        let claim = object.value.given("spec", "claimRef")
        parts.add("Claim", claim.map { "\($0.text("namespace"))/\($0.text("name"))" } ?? "<none>")
        parts.add("Reclaim Policy", object.takeText("spec", "persistentVolumeReclaimPolicy"))
        parts.add("Capacity", pairsText(object.take("spec", "capacity")))
        let modes = object.takeList("spec", "accessModes").compactMap(\.scalarText)
        parts.add("Access Modes", modes.joined(separator: ", "))
        parts.add("Volume Mode", object.takeText("spec", "volumeMode"))
    }

    /// What a role allows: a line for each resource, as kubectl has them.
    func addRole(_ object: inout Unshown, to parts: inout Parts) {
        let rows = object.takeList("rules").flatMap(ruleRows)
        let headings = ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"]
        let shown = headings.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        parts.add(.table("Rules", shown.map { headings[$0] }, rows.map { row in shown.map { row[$0] } }))
    }

    func addBinding(_ object: inout Unshown, to parts: inout Parts) {
        if let role = object.take("roleRef") {
            parts.add("Role", "\(role.text("kind"))/\(role.text("name")) (\(role.text("apiGroup")))")
        }
        let rows = object.takeList("subjects").map { subject in
            [
                subject.text("kind"), subject.text("name"), orNone(subject.text("namespace")),
                subject.text("apiGroup"),
            ]
        }
        parts.add(.table("Subjects", ["Kind", "Name", "Namespace", "API Group"], rows))
    }
}

/// The resources of a rule, each with its group: `deployments.apps`.
private func ruleRows(_ rule: Value) -> [[String]] {
    let groups = rule.texts("apiGroups")
    let resources = rule.texts("resources")
    let names = rule.texts("resourceNames").joined(separator: " ")
    let verbs = rule.texts("verbs").joined(separator: " ")
    var rows = rule.texts("nonResourceURLs").map { ["", $0, names, verbs] }
    let count = groups.count.multipliedReportingOverflow(by: resources.count)
    guard !count.overflow, count.partialValue <= 1000, !groups.isEmpty else {
        let text = "\(resources.joined(separator: " ")) of \(groups.joined(separator: " "))"
        return rows + (resources.isEmpty && groups.isEmpty ? [] : [[text, "", names, verbs]])
    }
    for group in groups {
        rows += resources.map { [group.isEmpty ? $0 : "\($0).\(group)", "", names, verbs] }
    }
    return rows
}
