import EtcdStorage

/// How much of a resource lies in a namespace, or in cluster scope.
public struct Usage: Hashable, Sendable {
    /// "" for cluster scope.
    public var namespace: String
    public var resource: Resource
    public var objects: Int
    /// Size of the stored values, in bytes.
    public var bytes: Int
}

extension Registry {
    /// What there is of each resource in each namespace: cluster scope first, then by namespace and
    /// resource; one root after the other, in kcp one logical cluster after the other, and what lies outside of any
    /// root last.
    ///
    /// - Parameter namespace: Only this one ("" for cluster scope); without it, everything.
    /// - Returns: A row for each that has objects.
    public func usage(of namespace: String? = nil) -> [Usage] {
        self.sortedGroups(of: namespace).map { group in
            let resource = self.resources[group.resource]
            let size = self.size(of: group)
            return Usage(
                namespace: group.namespace,
                resource: resource,
                objects: size.objects,
                bytes: size.bytes
            )
        }
    }

    /// The groups in the order of ``usage(of:)``.
    func sortedGroups(of namespace: String?) -> [ResourceGroup] {
        let groups = self.groups.all.filter { namespace == nil || namespace == $0.namespace }
        let roots = self.resources.map { self.rootIndex(of: $0) ?? .max }
        return groups.sorted { left, right in
            if roots[left.resource] != roots[right.resource] {
                return roots[left.resource] < roots[right.resource]
            }
            let (one, other) = (self.resources[left.resource], self.resources[right.resource])
            if one.logicalCluster != other.logicalCluster { return one.logicalCluster < other.logicalCluster }
            if left.namespace != right.namespace { return left.namespace < right.namespace }
            return (one.plural, one.group, one.directory) < (other.plural, other.group, other.directory)
        }
    }

    /// How many objects a group has, and the size of their values in bytes.
    func size(of group: ResourceGroup) -> (objects: Int, bytes: Int) {
        var size = (objects: 0, bytes: 0)
        for run in group.runs {
            let positions = self.runs[run].positions
            size.objects += positions.count
            for position in positions { size.bytes += self.keyspace[position].valueByteCount }
        }
        return size
    }

    /// Index into ``roots``; nil for keys outside of any.
    private func rootIndex(of resource: Resource) -> Int? {
        resource.root.flatMap { self.roots.firstIndex(of: $0) }
    }
}
