/// One line of the registry's tree.
public struct TreeNode: Sendable {
    /// What a line stands for.
    public enum Content: Sendable {
        /// A root such as `/registry`, or nothing for the keys outside of any.
        case root(String?)
        case clusterScope
        case namespaces(count: Int)
        case namespace(String)
        case resource(Resource)
        case object(StoredObject)
    }

    public var content: Content
    /// Lines above it in the tree: 0 for a root.
    public var level: Int
    /// Whether no further line of its level follows below the same line.
    public var isLast: Bool
    public var objects: Int
    /// Size of the stored values, in bytes.
    public var bytes: Int
}

/// How far to open the registry's tree.
public enum TreeDepth: Int, Comparable, Sendable, CaseIterable {
    /// Roots alone.
    case roots
    /// Cluster scope and namespaces, apart.
    case scopes
    /// Each namespace, and the resources in cluster scope.
    case namespaces
    /// The resources in each namespace too.
    case resources
    /// Every object.
    case objects

    public static func < (left: TreeDepth, right: TreeDepth) -> Bool { left.rawValue < right.rawValue }
}

extension Registry {
    /// Calls `visit` with each line of the tree, from top to bottom.
    ///
    ///     /registry
    ///     ├── cluster scope
    ///     │   └── <resource>
    ///     │       └── <object>
    ///     └── namespaces
    ///         └── <namespace>
    ///             └── <resource>
    ///                 └── <object>
    ///
    /// - Parameters:
    ///   - depth: How far to open it.
    ///   - namespace: Only this one.
    ///   - visit: Called once a line.
    /// - Throws: What `visit` throws.
    public func forEachTreeNode<Failure>(
        depth: TreeDepth,
        namespace: String? = nil,
        _ visit: (TreeNode) throws(Failure) -> Void
    ) throws(Failure) {
        let shelves = self.treeShelves(of: namespace, depth: depth)
        let walk = TreeWalk(registry: self, depth: depth, shelves: shelves)
        for group in walk.shelves.slices(by: { $0.root }) {
            try walk.visitRoot(group, visit)
        }
    }

    private func treeShelves(of namespace: String?, depth: TreeDepth) -> [TreeWalk.Shelf] {
        let shelves = self.shelves(of: namespace)
        var rank = [Int](repeating: -1, count: self.placements.count)
        if depth == .objects {
            for (index, shelf) in shelves.enumerated() {
                for directory in shelf.directories { rank[directory] = index }
            }
        }
        let objects = self.sortedObjects(rank: rank)
        var next = 0
        return shelves.map { shelf in
            let counts = shelf.directories.map { self.directories[$0] }
            let keys = counts.reduce(0) { $0 + $1.keys }
            let own = depth == .objects ? next..<next + keys : 0..<0
            next += own.count
            return TreeWalk.Shelf(
                root: shelf.root,
                namespace: shelf.namespace,
                resource: self.resources[shelf.resource],
                keys: keys,
                bytes: counts.reduce(0) { $0 + $1.valueBytes },
                objects: objects[own]
            )
        }
    }
}

/// The walk over shelves in the order of ``Registry/usage(of:)``.
private struct TreeWalk {
    struct Shelf {
        var root: Int?
        var namespace: String
        var resource: Resource
        var keys: Int
        var bytes: Int
        /// Its objects, when the tree is opened as far.
        var objects: ArraySlice<StoredObject>
    }

    let registry: Registry
    let depth: TreeDepth
    let shelves: [Shelf]

    func visitRoot<Failure>(
        _ shelves: ArraySlice<Shelf>,
        _ visit: (TreeNode) throws(Failure) -> Void
    ) throws(Failure) {
        let root = shelves.first?.root.map { self.registry.roots[$0] }
        try visit(node(.root(root), 0, isLast: true, shelves))
        guard self.depth >= .scopes else { return }
        let cluster = shelves.prefix { $0.namespace.isEmpty }
        let namespaced = shelves.dropFirst(cluster.count)
        if !cluster.isEmpty {
            try visit(node(.clusterScope, 1, isLast: namespaced.isEmpty, cluster))
            if self.depth >= .namespaces { try self.visitResources(cluster, level: 2, visit) }
        }
        guard !namespaced.isEmpty else { return }
        let namespaces = namespaced.slices { $0.namespace }
        try visit(node(.namespaces(count: namespaces.count), 1, isLast: true, namespaced))
        guard self.depth >= .namespaces else { return }
        for (index, shelves) in namespaces.enumerated() {
            let name = shelves.first?.namespace ?? ""
            try visit(node(.namespace(name), 2, isLast: index + 1 == namespaces.count, shelves))
            if self.depth >= .resources { try self.visitResources(shelves, level: 3, visit) }
        }
    }

    private func visitResources<Failure>(
        _ shelves: ArraySlice<Shelf>,
        level: Int,
        _ visit: (TreeNode) throws(Failure) -> Void
    ) throws(Failure) {
        for index in shelves.indices {
            let shelf = shelves[index]
            let isLast = index + 1 == shelves.endIndex
            try visit(node(.resource(shelf.resource), level, isLast: isLast, shelves[index...index]))
            for place in shelf.objects.indices {
                let object = shelf.objects[place]
                try visit(
                    TreeNode(
                        content: .object(object),
                        level: level + 1,
                        isLast: place + 1 == shelf.objects.endIndex,
                        objects: 1,
                        bytes: self.registry.valueByteCount(of: object)
                    )
                )
            }
        }
    }
}

private func node(
    _ content: TreeNode.Content,
    _ level: Int,
    isLast: Bool,
    _ shelves: ArraySlice<TreeWalk.Shelf>
) -> TreeNode {
    TreeNode(
        content: content,
        level: level,
        isLast: isLast,
        objects: shelves.reduce(0) { $0 + $1.keys },
        bytes: shelves.reduce(0) { $0 + $1.bytes }
    )
}

extension ArraySlice {
    /// The runs of neighbours that have the same answer to `feature`.
    fileprivate func slices<Feature: Equatable>(by feature: (Element) -> Feature) -> [ArraySlice] {
        var slices: [ArraySlice] = []
        var start = self.startIndex
        for index in self.indices where feature(self[index]) != feature(self[start]) {
            slices.append(self[start..<index])
            start = index
        }
        if start < self.endIndex { slices.append(self[start...]) }
        return slices
    }
}

extension Array {
    fileprivate func slices<Feature: Equatable>(by feature: (Element) -> Feature) -> [ArraySlice<Element>] {
        self[...].slices(by: feature)
    }
}
