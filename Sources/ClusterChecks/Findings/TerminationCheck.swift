import KubernetesCodec
import KubernetesRegistry

/// No namespace is on its way out, and waits.
struct TerminationCheck: FindingCheck {
    static let name = FindingCheckName.namespaces

    private var found = Sample<Finding>()

    init() {}

    mutating func look(at object: CheckedObject) {
        guard object.isDecoded, object.isOf("namespaces") else { return }
        guard object.isBeingDeleted || object.root["status", "phase"]?.string == "Terminating" else { return }
        let finalizers = object.root.texts("spec", "finalizers") + object.root.texts("metadata", "finalizers")
        // What the namespace's controller says remains: content, finalizers, a part of the API that does not answer.
        let reasons = object.root.list("status", "conditions")
            .filter { $0["status"]?.string == "True" }.map { $0.text("type") }
        let since = object.root.given("metadata", "deletionTimestamp")?.string.flatMap {
            rfc3339Time($0)?.seconds
        }
        let problem = Finding.Problem.namespaceTerminating(
            since: since,
            finalizers: finalizers,
            reasons: reasons
        )
        self.found.add(Finding(.warning, object.reference, problem))
    }

    mutating func add(_ other: Self) { self.found.add(other.found) }

    func findings(_ conditions: FindingConditions) -> Sample<Finding> { self.found }
}
