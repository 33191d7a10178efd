public import EtcdStorage
public import KubernetesCodec
public import KubernetesRegistry

/// What became of an object between two states of a registry.
public struct ObjectChange: Sendable {
    public enum Kind: Sendable {
        case added
        case removed
        /// In these fields; none where only bytes can be compared.
        case changed(ObjectDifference)
        /// It is encrypted and was not opened: its bytes differ, and what they mean may be the same.
        case unknown
    }

    public var kind: Kind
    public var resource: Resource
    /// "" in cluster scope.
    public var namespace: String
    public var name: String
    /// Nil for what was added.
    public var old: State?
    /// Nil for what was removed.
    public var new: State?

    /// One of the two states.
    public struct State: Sendable {
        public var metadata: KeyMetadata
        /// The object as it is compared, with the values of a Secret hidden; nil where it was not read or cannot be.
        public var document: Document?
    }
}

/// How many objects were added, removed and changed.
public struct DifferenceCounts: Hashable, Sendable {
    public var added = 0
    public var removed = 0
    public var changed = 0
    /// Encrypted and not opened.
    public var unknown = 0

    public init() {}

    /// Whether nothing is known to differ.
    public var areZero: Bool { self.added + self.removed + self.changed == 0 }

    mutating func add(_ kind: ObjectChange.Kind) {
        switch kind {
        case .added: self.added += 1
        case .removed: self.removed += 1
        case .changed: self.changed += 1
        case .unknown: self.unknown += 1
        }
    }

    static func += (left: inout DifferenceCounts, right: DifferenceCounts) {
        left.added += right.added
        left.removed += right.removed
        left.changed += right.changed
        left.unknown += right.unknown
    }
}

/// What a comparison came to.
public struct DifferenceSummary: Sendable {
    /// The objects of one resource in one namespace.
    public struct Group: Hashable, Sendable {
        public var root: ClusterRoot
        /// "" for cluster scope.
        public var namespace: String
        /// `deployments.apps`.
        public var resource: String
    }

    public private(set) var groups: [Group: DifferenceCounts] = [:]
    /// The first of the objects that were not opened, and how many there are.
    public private(set) var unknown = ReadingProblems(.marked)
    /// Fields of a newer release than is known here, in objects that differ in bytes; they are not compared.
    public private(set) var unknownFieldCount = 0

    public init() {}

    public var total: DifferenceCounts { self.groups.values.reduce(into: DifferenceCounts()) { $0 += $1 } }

    /// Cluster scope first, then by namespace and resource, one root after the other.
    public var sorted: [(group: Group, counts: DifferenceCounts)] {
        self.groups.sorted { left, right in
            let (one, other) = (left.key, right.key)
            if one.root != other.root {
                return (one.root.prefix ?? "\u{10FFFF}", one.root.logicalCluster)
                    < (other.root.prefix ?? "\u{10FFFF}", other.root.logicalCluster)
            }
            return (one.namespace, one.resource) < (other.namespace, other.resource)
        }.map { ($0.key, $0.value) }
    }

    mutating func add(_ change: ObjectChange) {
        let group = Group(
            root: change.resource.clusterRoot,
            namespace: change.namespace,
            resource: change.resource.qualifiedName
        )
        self.groups[group, default: DifferenceCounts()].add(change.kind)
    }

    mutating func note(_ object: UnreadableObject) { self.unknown.note(object) }

    mutating func noteUnknownFields(_ count: Int) { self.unknownFieldCount += count }

    mutating func add(_ other: DifferenceSummary) {
        for (group, counts) in other.groups { self.groups[group, default: DifferenceCounts()] += counts }
        self.unknown.add(other.unknown)
        self.unknownFieldCount += other.unknownFieldCount
    }
}
