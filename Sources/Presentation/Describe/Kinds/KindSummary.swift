import KubernetesCodec
import KubernetesRegistry
import KubernetesTables

/// What stands first in the description of a kind that people look at often: a few fields, then sections.
struct KindSummary {
    struct Parts {
        var fields: [Block] = []
        var sections: [Block] = []

        /// Adds a field unless its value is empty.
        mutating func add(_ name: String, _ value: String) {
            if !value.isEmpty { self.fields.append(.field(name, value)) }
        }

        mutating func add(_ section: Block?) {
            if let section { self.sections.append(section) }
        }
    }

    let description: ObjectDescription
    let generic: GenericFields

    /// Takes the parts that are laid out otherwise than by their names alone.
    func parts(_ object: inout Unshown) -> Parts {
        var parts = Parts()
        switch (self.group, self.kind) {
        case ("", "Pod"): self.addPod(&object, to: &parts)
        case ("", "PodTemplate"): self.addTemplate(&object, "template", to: &parts)
        case ("", "Service"): self.addService(&object, to: &parts)
        case ("", "Secret"): self.addSecret(&object, to: &parts)
        case ("", "ConfigMap"): self.addConfigMap(&object, to: &parts)
        case ("", "Node"): self.addNode(&object, to: &parts)
        case ("", "Namespace"): parts.add("Status", object.takeText("status", "phase"))
        case ("", "PersistentVolumeClaim"): self.addClaim(&object, to: &parts)
        case ("", "PersistentVolume"): self.addVolume(&object, to: &parts)
        case ("", "ReplicationController"), ("apps", "ReplicaSet"), ("extensions", "ReplicaSet"):
            self.addReplicaSet(&object, to: &parts)
        case ("apps", "Deployment"), ("extensions", "Deployment"): self.addDeployment(&object, to: &parts)
        case ("apps", "StatefulSet"): self.addStatefulSet(&object, to: &parts)
        case ("apps", "DaemonSet"), ("extensions", "DaemonSet"): self.addDaemonSet(&object, to: &parts)
        case ("batch", "Job"): self.addJob(&object, to: &parts)
        case ("batch", "CronJob"): self.addCronJob(&object, to: &parts)
        case ("networking.k8s.io", "Ingress"), ("extensions", "Ingress"): self.addIngress(&object, to: &parts)
        case ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "ClusterRole"):
            self.addRole(&object, to: &parts)
        case ("rbac.authorization.k8s.io", "RoleBinding"),
            ("rbac.authorization.k8s.io", "ClusterRoleBinding"):
            self.addBinding(&object, to: &parts)
        default: break
        }
        self.addConditions(&object, to: &parts)
        return parts
    }

    /// The kind; what is kept among the secrets is a Secret, whatever it says of itself.
    private var kind: String {
        let isSecret = self.description.resource.map { $0.plural == "secrets" && $0.group.isEmpty } ?? false
        return isSecret ? "Secret" : self.description.object.text("kind")
    }

    private var group: String {
        guard self.kind != "Secret" else { return "" }
        let version = self.description.object.text("apiVersion")
        return version.contains("/") ? String(version.prefix { $0 != "/" }) : ""
    }

    private func addConditions(_ object: inout Unshown, to parts: inout Parts) {
        let conditions = object.value.list("status", "conditions")
        guard !conditions.isEmpty, isConditions(conditions) else { return }
        object.take("status", "conditions")
        parts.add(.section("Conditions", [conditionTable(conditions, at: self.generic.now)]))
    }

    /// The controller of the object, as `ReplicaSet/web`.
    var controller: String {
        let owner = self.description.object.list("metadata", "ownerReferences")
            .first { $0["controller"]?.boolean == true }
        return owner.map { "\($0.text("kind"))/\($0.text("name"))" } ?? ""
    }

    /// What kubectl's table says of the object, by heading.
    func tableCells() -> [String: String] {
        let object = self.description.object
        let table = ObjectTable.builtIn(group: self.group, kind: object.text("kind"))
        let cells = table.cells(of: object, at: self.generic.now).map(\.description)
        return Dictionary(zip(table.columns.map(\.name), cells)) { first, _ in first }
    }

    func addTemplate(_ object: inout Unshown, _ path: String..., to parts: inout Parts) {
        guard let template = path.reduce(Optional(object.value), { $0?.given($1) }) else { return }
        object.take(path)
        parts.add(.section("Pod Template", PodParts(generic: self.generic).template(template)))
    }
}

/// A label selector in one line: `app=api,tier in (a,b)`.
func selectorText(_ selector: Value?) -> String {
    guard let selector else { return "" }
    let labels = selector["matchLabels"]?.members ?? []
    let expressions = selector.list("matchExpressions").map { expression in
        let key = expression.text("key")
        let values = "(" + expression.texts("values").joined(separator: ",") + ")"
        return switch expression.text("operator") {
        case "In": "\(key) in \(values)"
        case "NotIn": "\(key) notin \(values)"
        case "Exists": key
        case "DoesNotExist": "!\(key)"
        default: "\(key) \(expression.text("operator")) \(values)"
        }
    }
    return orNone(
        (labels.map { "\($0.name)=\($0.value.scalarText ?? "")" } + expressions).joined(separator: ",")
    )
}

/// The members of a map in one line: `cpu=10m, memory=16Mi`.
func pairsText(_ map: Value?, _ separator: String = ", ") -> String {
    (map?.members ?? []).map { "\($0.name)=\($0.value.scalarText ?? "")" }.joined(separator: separator)
}
