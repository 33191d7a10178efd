import EtcdStorage
public import KubernetesRegistry

/// How keys hang on leases.
public struct LeaseSpace: Sendable {
    /// One lease, and how many keys go with it.
    public struct LargeLease: Hashable, Sendable {
        public var id: Int64
        /// Seconds, as granted; nil where the source does not hold it.
        public var ttl: Int64?
        public var keyCount: Int
    }

    /// Objects that usually hang on a lease and do not, so that nothing will ever delete them.
    public struct Missing: Hashable, Sendable {
        public var resource: Resource
        public var objectCount: Int
        /// Their values, in bytes.
        public var valueByteCount: Int
    }

    /// Leases that the source holds; nil for a source that does not tell.
    public var leaseCount: Int?
    /// Leases that live keys name.
    public var usedCount = 0
    /// Of these those that the source does not hold; nil for a source that does not tell.
    public var unknownCount: Int?
    public var leasedKeyCount = 0
    /// Those of the most keys first.
    public var largest: [LargeLease] = []
    public var missing: [Missing] = []

    /// How many keys a lease has on the average; nil without any.
    public var reuse: Double? {
        self.usedCount == 0 ? nil : Double(self.leasedKeyCount) / Double(self.usedCount)
    }

    /// Looks through the keys.
    ///
    /// - Parameters:
    ///   - keys: All keys.
    ///   - leases: What the source holds; nil when it does not tell.
    ///   - limit: How many of the largest are told.
    init(of keys: SpaceKeys, leases: [Lease]?, limit: Int) {
        var counts: [Int64: Int] = [:]
        for key in keys.leased { counts[key.lease, default: 0] += 1 }
        let ttls = leases.map { Dictionary($0.map { ($0.id, $0.ttl) }, uniquingKeysWith: { one, _ in one }) }
        self.leaseCount = leases?.count
        self.usedCount = counts.count
        self.unknownCount = ttls.map { known in counts.keys.count { known[$0] == nil } }
        self.leasedKeyCount = keys.leased.count
        self.largest = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(limit).map {
            LargeLease(id: $0.key, ttl: ttls?[$0.key], keyCount: $0.value)
        }
        self.missing = Self.missing(in: keys)
    }

    /// What API servers write with a lease.
    ///
    /// Source: kubernetes/kubernetes `pkg/registry/core/event/storage/storage.go`,
    /// `pkg/controlplane/reconcilers/lease.go`, `pkg/controlplane/reconcilers/peer_endpoint_lease.go`.
    private static let usuallyLeased: Set<String> = ["events", "masterleases", "peerserverleases"]

    private static func missing(in keys: SpaceKeys) -> [Missing] {
        let isLeased = keys.leasedPositions()
        var missing: [Int: Missing] = [:]
        for run in keys.runs {
            guard let index = run.resource else { continue }
            let resource = keys.registry.resources[index]
            guard resource.origin != .definition, resource.origin != .customKeys,
                Self.usuallyLeased.contains(resource.plural)
            else { continue }
            for position in run.positions where keys.keys[position].isLive && !isLeased[position] {
                let none = Missing(resource: resource, objectCount: 0, valueByteCount: 0)
                missing[index, default: none].objectCount += 1
                missing[index, default: none].valueByteCount += keys.liveKey(at: position).valueByteCount
            }
        }
        return missing.sorted { $0.key < $1.key }.map(\.value)
    }
}
