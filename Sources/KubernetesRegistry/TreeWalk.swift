/// One line of the registry's tree.
public struct TreeNode: Sendable {
    /// What a line stands for.
    public enum Content: Sendable {
        /// A root such as `/registry`, or a logical cluster below it, or the keys outside of any root.
        case root(ClusterRoot)
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
        let walk = TreeWalk(registry: self, depth: depth)
        let branches = self.sortedGroups(of: namespace).map(walk.branch)
        for branches in branches.slices(by: { $0.resource.clusterRoot }) {
            guard let root = branches.first?.resource.clusterRoot else { continue }
            try walk.visit(root, branches, visit)
        }
    }
}

/// The walk over what there is of each resource in each namespace, in the order of ``Registry/usage(of:)``.
private struct TreeWalk {
    struct Branch {
        var group: ResourceGroup
        var namespace: String { self.group.namespace }
        var resource: Resource
        var objects: Int
        var bytes: Int
    }

    let registry: Registry
    let depth: TreeDepth

    func branch(of group: ResourceGroup) -> Branch {
        let resource = self.registry.resources[group.resource]
        let size = self.registry.size(of: group)
        return Branch(
            group: group,
            resource: resource,
            objects: size.objects,
            bytes: size.bytes
        )
    }

    func visit<Failure>(
        _ root: ClusterRoot,
        _ branches: ArraySlice<Branch>,
        _ visit: (TreeNode) throws(Failure) -> Void
    ) throws(Failure) {
        try visit(node(.root(root), 0, isLast: true, branches))
        guard self.depth >= .scopes else { return }
        let cluster = branches.prefix { $0.namespace.isEmpty }
        let namespaced = branches.dropFirst(cluster.count)
        if !cluster.isEmpty {
            try visit(node(.clusterScope, 1, isLast: namespaced.isEmpty, cluster))
            if self.depth >= .namespaces { try self.visitResources(cluster, level: 2, visit) }
        }
        guard !namespaced.isEmpty else { return }
        let namespaces = namespaced.slices { $0.namespace }
        try visit(node(.namespaces(count: namespaces.count), 1, isLast: true, namespaced))
        guard self.depth >= .namespaces else { return }
        for (index, branches) in namespaces.enumerated() {
            let name = branches.first?.namespace ?? ""
            try visit(node(.namespace(name), 2, isLast: index + 1 == namespaces.count, branches))
            if self.depth >= .resources { try self.visitResources(branches, level: 3, visit) }
        }
    }

    private func visitResources<Failure>(
        _ branches: ArraySlice<Branch>,
        level: Int,
        _ visit: (TreeNode) throws(Failure) -> Void
    ) throws(Failure) {
        for index in branches.indices {
            let branch = branches[index]
            let isLast = index + 1 == branches.endIndex
            try visit(node(.resource(branch.resource), level, isLast: isLast, branches[index...index]))
            guard self.depth == .objects else { continue }
            var objects: [StoredObject] = []
            for run in branch.group.runs { self.registry.append(run, to: &objects) }
            for (place, object) in objects.enumerated() {
                try visit(
                    TreeNode(
                        content: .object(object),
                        level: level + 1,
                        isLast: place + 1 == objects.count,
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
    _ branches: ArraySlice<TreeWalk.Branch>
) -> TreeNode {
    TreeNode(
        content: content,
        level: level,
        isLast: isLast,
        objects: branches.reduce(0) { $0 + $1.objects },
        bytes: branches.reduce(0) { $0 + $1.bytes }
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
