import KubernetesCodec
import KubernetesRegistry

/// The services that answer an API server, as webhooks or for a part of the API, are there and have endpoints.
///
/// What cannot be decoded is there, and nothing else is said of it.
struct EndpointCheck: Sendable {
    private enum Use: Sendable {
        /// nil for the conversion of custom resources.
        case webhook(String?, refuses: Bool)
        case apiService
    }

    private struct Caller: Sendable {
        var object: ObjectReference
        var service: NamespacedName
        var use: Use
    }

    private var callers: [Caller] = []
    private var services: Set<NamespacedName> = []
    /// Services that have an endpoint, or of which that is not known.
    private var answered: Set<NamespacedName> = []
    /// Namespaces in which there are EndpointSlices that cannot be decoded.
    private var closedNamespaces: Set<String> = []

    init() {}

    mutating func look(at object: CheckedObject) {
        let name = NamespacedName(namespace: object.namespace, name: object.name)
        if object.isOf("services") {
            self.services.insert(name)
            let isElsewhere = object.root["spec", "type"]?.string == "ExternalName"
            if !object.isDecoded || isElsewhere { self.answered.insert(name) }
        } else if object.isOf("endpoints") {
            let isAnswered = object.root.list("subsets").contains { !$0.list("addresses").isEmpty }
            if !object.isDecoded || isAnswered { self.answered.insert(name) }
        } else if object.isOf("endpointslices", group: "discovery.k8s.io") {
            self.lookAtSlice(object)
        } else if object.isDecoded {
            self.lookAtCaller(object)
        }
    }

    private mutating func lookAtSlice(_ object: CheckedObject) {
        guard object.isDecoded else {
            self.closedNamespaces.insert(object.namespace)
            return
        }
        let service = object.root.given("metadata", "labels", "kubernetes.io/service-name")?.string
        // An endpoint of which that is not said is ready.
        let isAnswered = object.root.list("endpoints").contains { endpoint in
            endpoint["conditions", "ready"]?.boolean ?? true
        }
        guard let service, isAnswered else { return }
        self.answered.insert(NamespacedName(namespace: object.namespace, name: service))
    }

    private mutating func lookAtCaller(_ object: CheckedObject) {
        if object.isOf("mutatingwebhookconfigurations", group: "admissionregistration.k8s.io")
            || object.isOf("validatingwebhookconfigurations", group: "admissionregistration.k8s.io")
        {
            for hook in object.root.list("webhooks") {
                // Ignore was the default before v1, and stands in the object then.
                let refuses = hook["failurePolicy"]?.string ?? "Fail" == "Fail"
                let use = Use.webhook(hook["name"]?.string ?? "", refuses: refuses)
                self.add(hook["clientConfig", "service"], use, of: object)
            }
        } else if object.isOf("customresourcedefinitions", group: "apiextensions.k8s.io") {
            let conversion = object.root["spec", "conversion"]
            guard conversion?["strategy"]?.string == "Webhook" else { return }
            let service = conversion?["webhook", "clientConfig", "service"]
            self.add(service, .webhook(nil, refuses: true), of: object)
        } else if object.isOf("apiservices", group: "apiregistration.k8s.io") {
            self.add(object.root["spec", "service"], .apiService, of: object)
        }
    }

    private mutating func add(_ service: Value?, _ use: Use, of object: CheckedObject) {
        guard let service = NamespacedName(service) else { return }
        self.callers.append(Caller(object: object.reference, service: service, use: use))
    }

    mutating func add(_ other: Self) {
        self.callers += other.callers
        self.services.formUnion(other.services)
        self.answered.formUnion(other.answered)
        self.closedNamespaces.formUnion(other.closedNamespaces)
    }

    /// What is wrong with webhooks.
    func webhooks() -> Sample<Finding> {
        var findings: [Finding] = []
        for caller in self.callers {
            guard case .webhook(let name, let refuses) = caller.use else { continue }
            let severity: Severity = refuses ? .error : .warning
            switch self.trouble(with: caller.service) {
            case .noService:
                let problem = Finding.Problem.webhookWithoutService(
                    webhook: name,
                    caller.service,
                    refuses: refuses
                )
                findings.append(Finding(severity, caller.object, problem))
            case .noEndpoints:
                let problem = Finding.Problem.webhookWithoutEndpoints(
                    webhook: name,
                    caller.service,
                    refuses: refuses
                )
                findings.append(Finding(severity, caller.object, problem))
            case nil: break
            }
        }
        return Sample(worstFirst: findings)
    }

    /// What is wrong with parts of the API.
    func apiServices() -> Sample<Finding> {
        var findings = Sample<Finding>()
        for caller in self.callers {
            guard case .apiService = caller.use else { continue }
            switch self.trouble(with: caller.service) {
            case .noService:
                findings.add(Finding(.error, caller.object, .apiServiceWithoutService(caller.service)))
            case .noEndpoints:
                findings.add(Finding(.error, caller.object, .apiServiceWithoutEndpoints(caller.service)))
            case nil: break
            }
        }
        return findings
    }

    private enum Trouble {
        case noService
        case noEndpoints
    }

    private func trouble(with service: NamespacedName) -> Trouble? {
        if !self.services.contains(service) { return .noService }
        let isKnown = !self.closedNamespaces.contains(service.namespace)
        return isKnown && !self.answered.contains(service) ? .noEndpoints : nil
    }
}
