import EtcdStorage
public import KubernetesRegistry

/// How the space of a source has changed from an older state to a newer one; all sizes in bytes.
public struct SpaceGrowth: Sendable {
    /// What a resource takes in both.
    public struct ResourceGrowth: Hashable, Sendable {
        public var resource: Resource
        public var before: SpaceTally
        public var after: SpaceTally

        /// Of the records of live objects.
        public var byteCount: Int { self.after.recordByteCount - self.before.recordByteCount }
        public var objectCount: Int { self.after.objectCount - self.before.objectCount }
    }

    /// What an object takes in both.
    public struct ObjectGrowth: Hashable, Sendable {
        /// As it is in the newer one; of an object that is not there, as it was.
        public var object: ObjectSpace
        /// Of its value; nil when it was not there.
        public var before: Int?
        /// Of its value; nil when it is not there any more.
        public var after: Int?

        public var byteCount: Int { (self.after ?? 0) - (self.before ?? 0) }
    }

    public var before: SpaceUsage
    public var after: SpaceUsage
    /// Between the times of the two; nil where one is not known, or they are not in order.
    public var hours: Double?
    /// Those of which something has changed, what grew the most first.
    public var resources: [ResourceGrowth]
    /// Those that grew the most.
    public var grown: [ObjectGrowth]
    /// Those that shrank the most, or went.
    public var shrunk: [ObjectGrowth]
    public var addedCount = 0
    public var removedCount = 0
    /// Objects that are in both and whose last change is not the same.
    public var changedCount = 0

    public var revisionCount: Int64 { self.after.revision - self.before.revision }

    /// Compares two readings; that of the lower revision is the older one.
    ///
    /// - Parameters:
    ///   - first: One of them.
    ///   - second: The other, and the newer when both are at one revision.
    ///   - limit: How many objects are told.
    public init(_ first: SpaceReading, _ second: SpaceReading, limit: Int) {
        let isInOrder = first.usage.revision <= second.usage.revision
        let (older, newer) = isInOrder ? (first, second) : (second, first)
        self.before = older.usage
        self.after = newer.usage
        if let start = older.usage.time, let end = newer.usage.time, end > start {
            self.hours = Double(end - start) / 3600
        }
        self.resources = Self.resources(older.usage, newer.usage)
        self.grown = []
        self.shrunk = []
        self.compareObjects(older.keys, newer.keys, limit: limit)
    }

    private static func resources(_ before: SpaceUsage, _ after: SpaceUsage) -> [ResourceGrowth] {
        // The same resource may be known better in one of them.
        var found: [String: ResourceGrowth] = [:]
        func row(_ resource: Resource) -> ResourceGrowth {
            ResourceGrowth(resource: resource, before: SpaceTally(), after: SpaceTally())
        }
        for group in before.groups {
            found[group.resource.directory, default: row(group.resource)].before.add(group.tally)
        }
        for group in after.groups {
            found[group.resource.directory, default: row(group.resource)].after.add(group.tally)
        }
        return found.values.filter { $0.before != $0.after }.sorted {
            ($1.byteCount, $0.resource.directory) < ($0.byteCount, $1.resource.directory)
        }
    }

    /// Walks the keys of both side by side.
    private mutating func compareObjects(_ older: SpaceKeys, _ newer: SpaceKeys, limit: Int) {
        var (grown, shrunk) = (Largest(limit), Largest(limit))
        var pairs: [Int: (Int?, Int?)] = [:]
        var (left, right) = (0, 0)
        // Largest keeps positions; an object that is gone is kept by that in the older one, behind the newer's.
        let offset = newer.keys.count
        while left < older.keys.count || right < newer.keys.count {
            let order = older.compare(left, with: right, of: newer)
            let before = order <= 0 ? older.liveValue(at: left) : nil
            let after = order >= 0 ? newer.liveValue(at: right) : nil
            let position = order < 0 ? offset + left : right
            if before != nil || after != nil {
                let growth = (after ?? 0) - (before ?? 0)
                if before == nil { self.addedCount += 1 }
                if after == nil { self.removedCount += 1 }
                if before != nil, after != nil,
                    older.modRevision(at: left) != newer.modRevision(at: right)
                {
                    self.changedCount += 1
                }
                if growth != 0 { pairs[position] = (before, after) }
                grown.add(growth, position)
                shrunk.add(-growth, position)
            }
            if order <= 0 { left += 1 }
            if order >= 0 { right += 1 }
        }
        func growth(_ position: Int) -> ObjectGrowth {
            let object =
                position < offset ? newer.object(at: position) : older.object(at: position - offset)
            return ObjectGrowth(
                object: object,
                before: pairs[position]?.0 ?? nil,
                after: pairs[position]?.1 ?? nil
            )
        }
        self.grown = grown.positions.map(growth)
        self.shrunk = shrunk.positions.map(growth)
    }
}

extension SpaceKeys {
    /// How the key at a position compares with one of `other`: below, at or above 0; a key behind the last is above.
    fileprivate func compare(_ position: Int, with otherPosition: Int, of other: SpaceKeys) -> Int {
        guard position < self.keys.count else { return 1 }
        guard otherPosition < other.keys.count else { return -1 }
        return other.registry.keyspace.withKey(of: other.liveKey(at: otherPosition)) { key in
            self.registry.keyspace.compareKey(at: position, to: key)
        }
    }

    /// The size of a value; nil for a key that does not live.
    fileprivate func liveValue(at position: Int) -> Int? {
        self.keys[position].isLive ? self.liveKey(at: position).valueByteCount : nil
    }

    fileprivate func modRevision(at position: Int) -> Int64 {
        self.registry.keyspace.modRevision(of: self.liveKey(at: position))
    }
}
