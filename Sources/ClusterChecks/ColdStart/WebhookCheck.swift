import KubernetesCodec
import KubernetesRegistry

/// No webhook has to answer before its own pods can run.
///
/// After a restore no pod runs yet. A webhook that a service of the cluster answers, and whose failure refuses
/// the request, refuses until its pods are back; when it also guards the pods of its own namespace, they never
/// are.
public struct WebhookCheck: ClusterCheck {
    public enum Result: CheckResult {
        /// Of so many webhooks none has to answer.
        case noneMustAnswer(count: Int)
        case mustAnswer(MustAnswer)

        public var outcome: CheckOutcome {
            switch self {
            case .noneMustAnswer: .pass
            case .mustAnswer: .warn
            }
        }

        public var count: Int {
            switch self {
            case .noneMustAnswer(let count): count
            case .mustAnswer(let found):
                found.refuseTheirOwnPods.count + found.refuseRequests.count + found.convert.count
            }
        }
    }

    /// The webhooks without whose answer something does not work.
    public struct MustAnswer: Hashable, Sendable {
        public var refuseTheirOwnPods = Sample<Webhook>()
        public var refuseRequests = Sample<Webhook>()
        public var convert = Sample<Conversion>()
    }

    public struct Webhook: Hashable, Sendable {
        public var name: String
        public var service: NamespacedName
        public var isServiceMissing: Bool
    }

    /// A definition of custom resources, and the service that converts them.
    public struct Conversion: Hashable, Sendable {
        public var definition: String
        public var service: NamespacedName
    }

    private struct Hook: Sendable {
        var name: String
        var service: NamespacedName
        /// Whether it is asked when a pod is created.
        var guardsPods: Bool
        var namespaces: ObjectSelector
    }

    private var count = 0
    private var hooks: [Hook] = []
    private var conversions: [Conversion] = []
    /// Labels of namespaces; nil for one that cannot be decoded.
    private var labels: [String: [String: String]?] = [:]
    private var services: Set<NamespacedName> = []

    init() {}

    mutating func look(at object: CheckedObject) {
        if object.isOf("namespaces") {
            self.labels.updateValue(object.isDecoded ? object.labels : nil, forKey: object.name)
        } else if object.isOf("services") {
            self.services.insert(NamespacedName(namespace: object.namespace, name: object.name))
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
            let service = NamespacedName(hook["clientConfig", "service"])
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

    private mutating func lookAtConversion(of object: CheckedObject) {
        let conversion = object.root["spec", "conversion"]
        guard conversion?["strategy"]?.string == "Webhook",
            let service = NamespacedName(conversion?["webhook"]?["clientConfig", "service"])
        else { return }
        self.conversions.append(Conversion(definition: object.name, service: service))
    }

    mutating func add(_ other: Self) {
        self.count += other.count
        self.hooks += other.hooks
        self.conversions += other.conversions
        self.labels.merge(other.labels) { first, _ in first }
        self.services.formUnion(other.services)
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        guard !self.hooks.isEmpty || !self.conversions.isEmpty else {
            return [.webhooks(.noneMustAnswer(count: self.count))]
        }
        var found = MustAnswer()
        for hook in self.hooks {
            let webhook = Webhook(
                name: hook.name,
                service: hook.service,
                isServiceMissing: !self.services.contains(hook.service)
            )
            let labels = self.labels[hook.service.namespace, default: [:]]
            if hook.guardsPods, hook.namespaces.matches(labels) {
                found.refuseTheirOwnPods.add(webhook)
            } else {
                found.refuseRequests.add(webhook)
            }
        }
        for conversion in self.conversions { found.convert.add(conversion) }
        return [.webhooks(.mustAnswer(found))]
    }
}

extension CheckedObject {
    fileprivate var labels: [String: String] {
        let labels = self.root["metadata", "labels"]?.members ?? []
        return Dictionary(
            labels.map { ($0.name, $0.value.string ?? "") },
            uniquingKeysWith: { first, _ in first }
        )
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
