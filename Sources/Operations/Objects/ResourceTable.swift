public import KubernetesCodec
public import KubernetesRegistry
public import KubernetesTables

extension Registry {
    /// How kubectl shows the objects of a resource in a table.
    public func table(of resource: Resource, _ decryption: Decryption?) -> ObjectTable {
        guard resource.isCustom else { return .builtIn(group: resource.group, kind: resource.kind) }
        guard let definition = self.definition(of: resource, decryption: decryption) else {
            return .customByAge
        }
        return .custom(definition: definition, version: preferredVersion(of: definition))
    }

    /// The fields by which the objects of a resource can be selected.
    public func selectableFields(of resource: Resource, _ decryption: Decryption?) -> SelectableFields {
        guard resource.isCustom, let definition = self.definition(of: resource, decryption: decryption) else {
            return .builtIn(group: resource.group, kind: resource.kind)
        }
        return .custom(definition: definition, version: preferredVersion(of: definition))
    }
}

extension Resource {
    /// Whether it is defined by a CustomResourceDefinition, or would be if that were there.
    fileprivate var isCustom: Bool {
        switch self.origin {
        case .definition, .customKeys: true
        case .usual, .rare, .bookkeeping, .otherKeys: false
        }
    }
}
