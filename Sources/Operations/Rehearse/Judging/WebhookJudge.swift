import KubernetesCodec
import KubernetesRegistry

/// No webhook has to answer before its own pods can run.
///
/// After a restore no pod runs yet. A webhook that a service of the cluster answers, and whose failure refuses
/// the request, refuses until its pods are back; when it also guards the pods of its own namespace, they never
/// are.
struct WebhookJudge: Judge {
    private var count = 0
    private var hooks: [Hook] = []
    private var conversions: [(definition: String, service: ServiceName)] = []
    private var labels: [String: [String: String]] = [:]
    private var services: Set<ServiceName> = []

    private struct Hook: Sendable {
        var name: String
        var service: ServiceName
        /// Whether it is asked when a pod is created.
        var guardsPods: Bool
        var namespaces: ObjectSelector
    }

    mutating func look(at object: JudgedObject) {
        if object.isOf("namespaces") {
            let labels = object.root["metadata", "labels"]?.members ?? []
            self.labels[object.name] = Dictionary(
                labels.map { ($0.name, $0.value.string ?? "") },
                uniquingKeysWith: { first, _ in first }
            )
        } else if object.isOf("services") {
            if let name = ServiceName(object.root["metadata"]) { self.services.insert(name) }
        } else if object.isOf("customresourcedefinitions", group: "apiextensions.k8s.io") {
            self.lookAtConversion(of: object)
        } else if object.isOf("mutatingwebhookconfigurations", group: "admissionregistration.k8s.io")
            || object.isOf("validatingwebhookconfigurations", group: "admissionregistration.k8s.io")
        {
            for hook in object.root["webhooks"]?.elements ?? [] { self.look(at: hook) }
        }
    }

    private mutating func look(at hook: Value) {
        self.count += 1
        // Ignore was the default before v1, and stands in the object then.
        guard hook["failurePolicy"]?.string ?? "Fail" == "Fail",
            let service = ServiceName(hook["clientConfig", "service"])
        else { return }
        self.hooks.append(
            Hook(
                name: hook["name"]?.string ?? "",
                service: service,
                guardsPods: hook["rules"]?.elements.contains(where: matchesPods) ?? false,
                namespaces: ObjectSelector(hook["namespaceSelector"])
            )
        )
    }

    private mutating func lookAtConversion(of object: JudgedObject) {
        let conversion = object.root["spec", "conversion"]
        guard conversion?["strategy"]?.string == "Webhook",
            let service = ServiceName(conversion?["webhook"]?["clientConfig", "service"])
        else { return }
        self.conversions.append((object.name, service))
    }

    mutating func add(_ other: Self) {
        self.count += other.count
        self.hooks += other.hooks
        self.conversions += other.conversions
        self.labels.merge(other.labels) { first, _ in first }
        self.services.formUnion(other.services)
    }

    func checks() -> [RehearsalCheck] {
        var blocking = Names()
        var waiting = Names()
        for hook in self.hooks {
            let state = self.services.contains(hook.service) ? "" : ", a service that is missing"
            let name = "\(hook.name) (\(hook.service)\(state))"
            let labels = self.labels[hook.service.namespace] ?? [:]
            if hook.guardsPods, hook.namespaces.matches(labels) {
                blocking.note(name)
            } else {
                waiting.note(name)
            }
        }
        var converting = Names()
        for (definition, service) in self.conversions { converting.note("\(definition) (\(service))") }
        var parts: [String] = []
        if !blocking.isEmpty { parts.append("refuse the pods that answer them: \(blocking.text)") }
        if !waiting.isEmpty { parts.append("refuse requests until their pods run: \(waiting.text)") }
        if !converting.isEmpty {
            parts.append("convert custom resources once their pods run: \(converting.text)")
        }
        let count = self.hooks.count + self.conversions.count
        guard count > 0 else {
            let detail = "none that must answer is in the cluster"
            return [RehearsalCheck("webhooks", .pass, count: self.count, detail)]
        }
        return [RehearsalCheck("webhooks", .warn, count: count, parts.joined(separator: "; "))]
    }
}

/// Whether a rule is about the creation of pods.
private func matchesPods(_ rule: Value) -> Bool {
    func holds(_ name: String, _ wanted: Set<String>) -> Bool {
        rule[name]?.elements.contains { $0.string.map(wanted.contains) ?? false } ?? false
    }
    return holds("operations", ["*", "CREATE"]) && holds("apiGroups", ["*", ""])
        && holds("resources", ["*", "*/*", "pods"])
}
