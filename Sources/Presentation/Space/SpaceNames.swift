import KubernetesRegistry
import Operations

/// How resources and objects are called in reports on space.
struct SpaceNames {
    /// Whether the source has several clusters, so that a resource's name alone does not tell it.
    var showsRoots: Bool

    func name(of resource: Resource?) -> String {
        guard let resource else { return "(outside of the root)" }
        return self.showsRoots
            ? "\(resource.qualifiedName) (\(resource.clusterRoot.name))" : resource.qualifiedName
    }

    func name(of namespace: NamespaceSpace) -> String {
        let cluster = namespace.cluster.prefix == nil ? "(other keys)" : "(cluster)"
        let name = namespace.namespace.isEmpty ? cluster : namespace.namespace
        return self.showsRoots ? "\(name) (\(namespace.cluster.name))" : name
    }

    /// The cells for resource, namespace and name of an object.
    func cells(of object: ObjectSpace) -> [String] {
        let namespace = object.namespace.isEmpty ? "(cluster)" : object.namespace
        return [self.name(of: object.resource), namespace, object.name + (object.isLive ? "" : " (deleted)")]
    }
}
