import KubernetesCodec
import KubernetesRegistry

/// An object that was read, with what its key says of it.
struct CheckedObject {
    /// Its place among all the objects that are checked.
    var index: Int
    var resource: Resource
    /// "" in cluster scope.
    var namespace: String
    var name: String
    var read: ReadObject
    /// The object itself; of one that cannot be decoded only what the key says.
    var root: Value

    var isDecoded: Bool { self.read.problem == nil }

    var reference: ObjectReference {
        ObjectReference(resource: self.resource.qualifiedName, namespace: self.namespace, name: self.name)
    }

    /// Whether it is an object of a built-in resource.
    func isOf(_ plural: String, group: String = "") -> Bool {
        self.resource.plural == plural && self.resource.group == group
    }

    var isBeingDeleted: Bool {
        self.root["metadata", "deletionTimestamp"].map { !$0.isNull } ?? false
    }
}

/// All the objects that are checked, in order.
struct CheckedObjects {
    let registry: Registry
    let objects: [StoredObject]
    /// Whether encrypted values were to be opened.
    let hasConfiguration: Bool

    /// What the object at ``CheckedObject/index`` is called.
    subscript(index: Int) -> ObjectReference {
        let object = self.objects[index]
        return ObjectReference(
            resource: self.registry.resource(of: object)?.qualifiedName ?? "",
            namespace: self.registry.namespace(of: object),
            name: self.registry.name(of: object)
        )
    }
}

/// An object by its resource and its name.
public struct ObjectReference: Hashable, Sendable {
    /// `pods`, `deployments.apps`.
    public var resource: String
    /// "" in cluster scope.
    public var namespace: String
    public var name: String

    public init(resource: String, namespace: String, name: String) {
        self.resource = resource
        self.namespace = namespace
        self.name = name
    }
}

/// What a service or a claim is called in its cluster.
public struct NamespacedName: Hashable, Sendable {
    public var namespace: String
    public var name: String

    public init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Reads `{namespace, name}`; nil when there is none.
    init?(_ reference: Value?) {
        guard let reference, let name = reference["name"]?.string, !name.isEmpty else { return nil }
        self.namespace = reference["namespace"]?.string ?? ""
        self.name = name
    }
}

extension NamespacedName: CustomStringConvertible {
    /// `namespace/name`, as Kubernetes writes it.
    public var description: String { "\(self.namespace)/\(self.name)" }
}
