public import EtcdStorage

extension Registry {
    /// The keys below one root, as `--etcd-prefix` names it; all keys without a root.
    public static func keys(below etcdPrefix: String?) -> KeyRange {
        etcdPrefix.map { .prefix(Array("\(Roots.normalized($0))/".utf8)) } ?? .all
    }

    /// The few keys that say which roots there are and which custom resources are defined.
    public static func discoveryKeys(etcdPrefix: String?) -> [KeyRange] {
        let roots = etcdPrefix.map { [Roots.normalized($0)] } ?? Roots.wellKnown
        return roots.flatMap { root in
            [
                .prefix(Array(CustomResourceDefinition.directory(below: root).utf8)),
                .key(Array("\(root)/namespaces/default".utf8)),
            ]
        }
    }

    /// The keys that hold the objects of `resources`; with a namespace, of that one where they have one.
    public static func objectKeys(of resources: [Resource], namespace: String?) -> [KeyRange] {
        resources.map { resource in
            let isNamespaced = resource.scope == .namespaced
            let suffix = isNamespaced ? namespace.map { "\($0)/" } ?? "" : ""
            return .prefix(Array((resource.directory + suffix).utf8))
        }
    }
}
