import KubernetesCodec
import KubernetesRegistry

/// An object that was read, with what its key says of it.
struct JudgedObject {
    var resource: Resource
    /// "" in cluster scope.
    var namespace: String
    var name: String
    var read: ReadObject
    /// The object itself; of one that cannot be decoded only what the key says.
    var root: Value

    var isDecoded: Bool { self.read.problem == nil }

    /// `pods default/web-0`, `nodes master`.
    var place: String {
        "\(self.resource.qualifiedName) "
            + (self.namespace.isEmpty ? self.name : "\(self.namespace)/\(self.name)")
    }

    /// Whether it is an object of a built-in resource.
    func isOf(_ plural: String, group: String = "") -> Bool {
        self.resource.plural == plural && self.resource.group == group
    }

    var isBeingDeleted: Bool {
        self.root["metadata", "deletionTimestamp"].map { !$0.isNull } ?? false
    }
}

/// A service as others refer to it.
struct ServiceName: Hashable, Sendable, CustomStringConvertible {
    var namespace: String
    var name: String

    var description: String { "\(self.namespace)/\(self.name)" }

    /// Reads `{namespace, name}`; nothing when there is none.
    init?(_ reference: Value?) {
        guard let reference, let name = reference["name"]?.string, !name.isEmpty else { return nil }
        self.namespace = reference["namespace"]?.string ?? ""
        self.name = name
    }
}
