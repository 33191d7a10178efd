import KubernetesCodec
public import KubernetesRegistry
public import KubernetesTables

extension ObjectWalk {
    /// Leaves out the objects whose labels or fields are others.
    ///
    /// One that cannot be read may have any labels, and any fields but its name and namespace.
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
            let isRead = found.read.problem == nil
            if isRead, let selector, !selector.matches(root) { return false }
            guard let resource = registry.resource(of: found.object),
                let matcher = matchers[resource.directory]
            else { return true }
            return isRead ? matcher.matches(root) : matcher.mayMatch(root)
        }
    }

    /// The objects in order of a field; those that cannot be read are among them, by what their keys say.
    ///
    /// - Throws: `JSONPathError` when objects were read and none has the field, or it holds what has no order.
    public func sorted(_ objects: [StoredObject], by field: SortField) async throws -> [StoredObject] {
        struct Keyed: Sendable {
            var object: StoredObject
            var key: SortField.Key
            var isRead: Bool
        }
        guard !objects.isEmpty else { return [] }
        var walk = self
        walk.unreadable = .marked
        var keyed: [Keyed] = []
        _ = try await walk.forEach(of: objects, startingWith: [Keyed]()) { keyed, found in
            let key = try field.key(of: found.document.root)
            keyed.append(Keyed(object: found.object, key: key, isRead: found.read.problem == nil))
        } take: { run, _ in
            keyed += run
        }
        let keys = keyed.map(\.key)
        guard keyed.contains(where: \.isRead) else {
            let order = (try? field.order(of: keys)) ?? Array(keys.indices)
            return order.map { keyed[$0].object }
        }
        return try field.order(of: keys).map { keyed[$0].object }
    }
}
