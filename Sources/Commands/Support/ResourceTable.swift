import KubernetesCodec
import KubernetesRegistry
import KubernetesTables

extension Registry {
    /// How kubectl shows the objects of a resource in a table.
    func table(of resource: Resource, _ decryption: Decryption?) -> ObjectTable {
        switch resource.origin {
        case .definition, .customKeys:
            guard let definition = self.definition(of: resource, decryption: decryption) else {
                return .customByAge
            }
            return .custom(definition: definition, version: preferredVersion(of: definition))
        case .usual, .rare, .bookkeeping, .otherKeys:
            return .builtIn(group: resource.group, kind: resource.kind)
        }
    }

    /// The fields by which the objects of a resource can be selected.
    func selectableFields(of resource: Resource, _ decryption: Decryption?) -> SelectableFields {
        switch resource.origin {
        case .definition, .customKeys:
            guard let definition = self.definition(of: resource, decryption: decryption) else {
                return .builtIn(group: resource.group, kind: resource.kind)
            }
            return .custom(definition: definition, version: preferredVersion(of: definition))
        case .usual, .rare, .bookkeeping, .otherKeys:
            return .builtIn(group: resource.group, kind: resource.kind)
        }
    }
}
