import EtcdStorage
public import KubernetesRegistry

/// How much some keys take, and how much of it is their history; all sizes in bytes.
public struct SpaceTally: Hashable, Sendable {
    /// Keys that live.
    public var objectCount = 0
    /// Their values.
    public var valueByteCount = 0
    /// Their records: values, names, revisions, versions, leases.
    public var recordByteCount = 0
    /// Records that were overwritten, or whose key was deleted.
    public var historyCount = 0
    public var historyByteCount = 0
    /// Records of deletions.
    public var tombstoneCount = 0
    public var tombstoneByteCount = 0
    /// Keys that live no longer and still have records.
    public var deletedCount = 0
    /// Changes above the compact revision.
    public var changeCount = 0
    /// Keys that live and hang on a lease.
    public var leasedCount = 0

    public init() {}

    /// All records.
    public var byteCount: Int { self.recordByteCount + self.historyByteCount + self.tombstoneByteCount }

    mutating func add(_ key: RetainedKey, _ live: LiveKey, isLeased: Bool) {
        self.historyCount += key.historyCount
        self.historyByteCount += key.historyByteCount
        self.tombstoneCount += Int(key.tombstoneCount)
        self.tombstoneByteCount += Int(key.tombstoneByteCount)
        self.changeCount += Int(key.changeCount)
        guard key.isLive else {
            self.deletedCount += 1
            return
        }
        self.objectCount += 1
        self.valueByteCount += live.valueByteCount
        self.recordByteCount += live.recordByteCount
        if isLeased { self.leasedCount += 1 }
    }

    public mutating func add(_ other: SpaceTally) {
        self.objectCount += other.objectCount
        self.valueByteCount += other.valueByteCount
        self.recordByteCount += other.recordByteCount
        self.historyCount += other.historyCount
        self.historyByteCount += other.historyByteCount
        self.tombstoneCount += other.tombstoneCount
        self.tombstoneByteCount += other.tombstoneByteCount
        self.deletedCount += other.deletedCount
        self.changeCount += other.changeCount
        self.leasedCount += other.leasedCount
    }
}

/// What one resource takes, in one namespace or in all.
public struct ResourceSpace: Hashable, Sendable {
    public var resource: Resource
    /// "" for cluster scope.
    public var namespace: String
    public var tally: SpaceTally
}

/// What one namespace of one cluster takes.
public struct NamespaceSpace: Hashable, Sendable {
    public var cluster: ClusterRoot
    /// "" for cluster scope.
    public var namespace: String
    public var tally: SpaceTally
}

/// What one object takes.
public struct ObjectSpace: Hashable, Sendable {
    /// Nil for a key outside of the asked root.
    public var resource: Resource?
    /// "" for cluster scope.
    public var namespace: String
    public var name: String
    public var isLive: Bool
    /// Of its value; 0 when it was deleted.
    public var valueByteCount: Int
    /// All of its records, in bytes.
    public var byteCount: Int
    /// Changes above the compact revision.
    public var changeCount: Int
    /// How often it was written since it was created.
    public var version: Int64
}
