/// How much of a resource lies in a namespace, or in cluster scope.
public struct Usage: Hashable, Sendable {
    /// Index into ``Registry/roots``; nothing for keys outside of any root.
    public var root: Int?
    /// "" for cluster scope.
    public var namespace: String
    public var resource: Resource
    public var objects: Int
    /// Size of the stored values, in bytes.
    public var bytes: Int
}

extension Registry {
    /// What there is of each resource in each namespace: cluster scope first, then by namespace and
    /// resource; one root after the other, and what lies outside of any last.
    ///
    /// - Parameter namespace: Only this one ("" for cluster scope); without it, everything.
    /// - Returns: A row for each that has objects.
    public func usage(of namespace: String? = nil) -> [Usage] {
        self.shelves(of: namespace).map { shelf in
            var usage = Usage(
                root: shelf.root,
                namespace: shelf.namespace,
                resource: self.resources[shelf.resource],
                objects: 0,
                bytes: 0
            )
            for directory in shelf.directories {
                usage.objects += self.directories[directory].keys
                usage.bytes += self.directories[directory].valueBytes
            }
            return usage
        }
    }

    /// The directories of one resource in one namespace.
    struct Shelf {
        var root: Int?
        var namespace: String
        /// Index into ``Registry/resources``.
        var resource: Int
        var directories: [Int]
    }

    /// All shelves that hold something, in the order of ``usage(of:)``.
    func shelves(of namespace: String?) -> [Shelf] {
        var shelves: [Shelf] = []
        var known: [ShelfName: Int] = [:]
        for (directory, placement) in self.placements.enumerated() {
            guard let placement, self.directories[directory].keys > 0 else { continue }
            guard namespace == nil || namespace == placement.namespace else { continue }
            let name = ShelfName(resource: placement.resource, namespace: placement.namespace)
            if let index = known[name] {
                shelves[index].directories.append(directory)
            } else {
                known[name] = shelves.count
                let root = self.resources[placement.resource].root
                shelves.append(
                    Shelf(
                        root: root.flatMap { self.roots.firstIndex(of: $0) },
                        namespace: placement.namespace,
                        resource: placement.resource,
                        directories: [directory]
                    )
                )
            }
        }
        return shelves.sorted(by: self.precedes)
    }

    private struct ShelfName: Hashable {
        var resource: Int
        var namespace: String
    }

    private func precedes(_ left: Shelf, _ right: Shelf) -> Bool {
        if left.root != right.root { return left.root ?? .max < right.root ?? .max }
        if left.namespace != right.namespace { return left.namespace < right.namespace }
        let (one, other) = (self.resources[left.resource], self.resources[right.resource])
        return (one.plural, one.group, one.directory) < (other.plural, other.group, other.directory)
    }
}
