import KubernetesCodec

extension KindSummary {
    func addDeployment(_ object: inout Unshown, to parts: inout Parts) {
        self.addSelector(&object, to: &parts)
        let counts = [
            ("desired", object.take("spec", "replicas")),
            ("updated", object.take("status", "updatedReplicas")),
            ("total", object.take("status", "replicas")),
            ("available", object.take("status", "availableReplicas")),
            ("unavailable", object.take("status", "unavailableReplicas")),
        ]
        parts.add("Replicas", counts.map { "\($1?.scalarText ?? "0") \($0)" }.joined(separator: " | "))
        let strategy = object.takeText("spec", "strategy", "type")
        let surge = object.takeText("spec", "strategy", "rollingUpdate", "maxSurge")
        let unavailable = object.takeText("spec", "strategy", "rollingUpdate", "maxUnavailable")
        var words = [strategy]
        if !unavailable.isEmpty { words.append("\(unavailable) max unavailable") }
        if !surge.isEmpty { words.append("\(surge) max surge") }
        parts.add("Strategy", words.filter { !$0.isEmpty }.joined(separator: ", "))
        self.addTemplate(&object, "spec", "template", to: &parts)
    }

    func addReplicaSet(_ object: inout Unshown, to parts: inout Parts) {
        parts.add("Controlled By", self.controller)
        self.addSelector(&object, to: &parts)
        let desired = object.takeText("spec", "replicas")
        let counts = [
            ("current", object.take("status", "replicas")), ("ready", object.take("status", "readyReplicas")),
            ("available", object.take("status", "availableReplicas")),
        ]
        let text = ["\(desired) desired"] + counts.map { "\($1?.scalarText ?? "0") \($0)" }
        parts.add("Replicas", text.joined(separator: " | "))
        self.addTemplate(&object, "spec", "template", to: &parts)
    }

    func addStatefulSet(_ object: inout Unshown, to parts: inout Parts) {
        self.addSelector(&object, to: &parts)
        let counts = [
            ("desired", object.take("spec", "replicas")), ("total", object.take("status", "replicas")),
            ("ready", object.take("status", "readyReplicas")),
            ("updated", object.take("status", "updatedReplicas")),
        ]
        parts.add("Replicas", counts.map { "\($1?.scalarText ?? "0") \($0)" }.joined(separator: " | "))
        let partition = object.takeText("spec", "updateStrategy", "rollingUpdate", "partition")
        let strategy = object.takeText("spec", "updateStrategy", "type")
        parts.add("Update Strategy", strategy + (partition.isEmpty ? "" : ", partition \(partition)"))
        parts.add("Service Name", object.takeText("spec", "serviceName"))
        self.addTemplate(&object, "spec", "template", to: &parts)
    }

    func addDaemonSet(_ object: inout Unshown, to parts: inout Parts) {
        self.addSelector(&object, to: &parts)
        let counts = [
            ("desired", "desiredNumberScheduled"), ("current", "currentNumberScheduled"),
            ("ready", "numberReady"),
            ("up to date", "updatedNumberScheduled"), ("available", "numberAvailable"),
            ("misscheduled", "numberMisscheduled"),
        ]
        let text = counts.map { name, field in "\(object.take("status", field)?.scalarText ?? "0") \(name)" }
        parts.add("Pods", text.joined(separator: " | "))
        self.addTemplate(&object, "spec", "template", to: &parts)
    }

    func addJob(_ object: inout Unshown, to parts: inout Parts) {
        parts.add("Controlled By", self.controller)
        self.addSelector(&object, to: &parts)
        parts.add("Parallelism", object.takeText("spec", "parallelism"))
        parts.add("Completions", object.takeText("spec", "completions"))
        let counts = ["active", "ready", "succeeded", "failed", "terminating"].compactMap { name in
            object.take("status", name)?.scalarText.map { "\($0) \(name)" }
        }
        parts.add("Pods", counts.joined(separator: " | "))
        parts.add("Started", self.generic.momentText(object.takeText("status", "startTime")))
        parts.add("Completed", self.generic.momentText(object.takeText("status", "completionTime")))
        parts.add("Duration", self.tableCells()["Duration"] ?? "")
        self.addTemplate(&object, "spec", "template", to: &parts)
    }

    func addCronJob(_ object: inout Unshown, to parts: inout Parts) {
        let zone = object.takeText("spec", "timeZone")
        parts.add("Schedule", object.takeText("spec", "schedule") + (zone.isEmpty ? "" : " (\(zone))"))
        parts.add("Suspend", object.takeText("spec", "suspend"))
        parts.add("Concurrency", object.takeText("spec", "concurrencyPolicy"))
        parts.add("Last Schedule", self.generic.momentText(object.takeText("status", "lastScheduleTime")))
        parts.add("Last Success", self.generic.momentText(object.takeText("status", "lastSuccessfulTime")))
        let active = object.value.list("status", "active").map { $0.text("name") }
        parts.fields.append(.field("Active Jobs", orNone(active)))
        self.addTemplate(&object, "spec", "jobTemplate", "spec", "template", to: &parts)
    }

    private func addSelector(_ object: inout Unshown, to parts: inout Parts) {
        guard let selector = object.take("spec", "selector") else { return }
        let isLabels = selector["matchLabels"] == nil && selector["matchExpressions"] == nil
        parts.add("Selector", isLabels ? orNone(pairsText(selector, ",")) : selectorText(selector))
    }
}
