import KubernetesCodec
public import KubernetesRegistry
public import KubernetesTables

extension ObjectWalk {
    /// Leaves out the objects whose labels or fields are others.
    ///
    /// - Parameters:
    ///   - labels: As `-l` takes them; nil for any.
    ///   - fields: As `--field-selector` takes them; nil for any.
    ///   - resources: The resources that are walked.
    /// - Throws: What is wrong with a selector, or that a resource does not have the field.
    public mutating func select(
        labels: String?,
        fields: String?,
        of resources: [Resource]
    ) throws(SelectorError) {
        guard labels != nil || fields != nil else { return }
        let selector = if let labels { try LabelSelector(labels) } else { nil as LabelSelector? }
        // By directory, which is hashed faster than a whole resource.
        var matchers: [String: FieldMatcher] = [:]
        if let fields {
            let selector = try FieldSelector(fields)
            for resource in resources {
                let known = self.registry.selectableFields(of: resource, self.decryption)
                matchers[resource.directory] = try selector.matcher(for: known)
            }
        }
        let registry = self.registry
        self.selects = { [matchers] found in
            let root = found.document.root
            if let selector, !selector.matches(root) { return false }
            guard let resource = registry.resource(of: found.object) else { return true }
            return matchers[resource.directory]?.matches(root) ?? true
        }
    }

    /// The objects in order of a field.
    ///
    /// - Throws: `JSONPathError` when there are objects and none has the field, or it holds what has no order.
    public func sorted(_ objects: [StoredObject], by field: SortField) async throws -> [StoredObject] {
        struct Keyed: Sendable {
            var object: StoredObject
            var key: SortField.Key
        }
        guard !objects.isEmpty else { return [] }
        var keyed: [Keyed] = []
        _ = try await self.forEach(of: objects, startingWith: [Keyed]()) { keyed, found in
            keyed.append(Keyed(object: found.object, key: try field.key(of: found.document.root)))
        } take: { run, _ in
            keyed += run
        }
        return try field.order(of: keyed.map(\.key)).map { keyed[$0].object }
    }
}
