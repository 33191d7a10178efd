/// A resource type as kubectl speaks of it, and where its objects lie in etcd.
public struct Resource: Hashable, Sendable {
    /// Whether objects live in a namespace.
    public enum Scope: Hashable, Sendable {
        case cluster
        case namespaced
        /// Not known: a key with a further segment before the name is taken for namespaced.
        case byShape
    }

    /// How it is known, best first: of two with one name the better is meant.
    public enum Origin: Int, Hashable, Sendable, Comparable {
        /// Built into every recent cluster.
        case usual
        /// A custom resource with its definition in the same store.
        case definition
        /// A key with a group, so a custom resource or one of an aggregated API server; its definition is not there or
        /// not readable.
        case customKeys
        /// Built into some clusters, ``KubernetesResources/rare``.
        case rare
        /// What API servers keep for themselves.
        case bookkeeping
        /// Seen in keys alone.
        case otherKeys

        public static func < (left: Origin, right: Origin) -> Bool { left.rawValue < right.rawValue }
    }

    public var plural: String
    /// The API group, "" for core.
    public var group: String
    /// Groups in which the same keys were or are served as well.
    public var otherGroups: [String] = []
    /// The kind, "" when it is not known.
    public var kind = ""
    public var singular = ""
    public var shortNames: [String] = []
    public var categories: [String] = []
    public var scope: Scope = .byShape
    public var origin: Origin
    /// What the API server was told with `--etcd-prefix`; nil for keys outside of any root.
    public var root: String?
    /// In kcp the logical cluster of the objects; "" elsewhere.
    public var logicalCluster = ""
    /// How the keys of all objects begin, last slash included: `/registry/services/specs/`.
    public var directory: String

    /// `deployments.apps`, `pods`: the name that means no other resource.
    public var qualifiedName: String {
        self.group.isEmpty ? self.plural : "\(self.plural).\(self.group)"
    }

    /// What `kubectl -o name` writes before a slash and an object's name: `deployment.apps`, `pod`.
    public var typeName: String {
        let name = self.kind.isEmpty ? self.plural : self.kind.lowercased()
        return self.group.isEmpty ? name : "\(name).\(self.group)"
    }

    /// The key of the object of that name; `namespace` is "" for cluster scope.
    public func key(namespace: String, name: String) -> String {
        namespace.isEmpty ? self.directory + name : "\(self.directory)\(namespace)/\(name)"
    }
}

extension Resource {
    /// The plural that stands for the keys of no resource.
    static let unclassifiedKeys = "other"

    /// Whether it gathers keys that lie right below a root or without one.
    var isUnclassified: Bool {
        self.origin == .otherKeys && self.plural == Self.unclassifiedKeys && self.scope == .cluster
    }
}
