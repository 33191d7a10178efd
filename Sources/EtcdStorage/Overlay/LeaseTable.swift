/// The leases of a store and the keys that hang on them; without a clock, nobody's time runs out.
///
/// Source: etcd-io/etcd `server/lease/lessor.go`.
public struct LeaseTable: Sendable {
    /// A lease with its keys.
    public struct Entry: Hashable, Sendable {
        public var lease: Lease
        public fileprivate(set) var keys: Set<[UInt8]> = []

        /// The keys in order.
        public var sortedKeys: [[UInt8]] { self.keys.sorted { $0.lexicographicallyPrecedes($1) } }
    }

    /// All leases, by their IDs.
    public private(set) var entries: [Int64: Entry] = [:]
    /// The lease of each key that has one.
    private var holders: [[UInt8]: Int64] = [:]

    /// No leases.
    public init() {}

    /// The leases of a source, with the keys that name them.
    public init(of source: OverlaySource) {
        for lease in source.facts.leases { self.insert(lease) }
        source.forEachLeased { key, lease in self.attach(key, to: lease) }
    }

    public subscript(id: Int64) -> Entry? { self.entries[id] }

    /// Adds a lease without keys; one with the same ID must not be there.
    public mutating func insert(_ lease: Lease) {
        self.entries[lease.id] = Entry(lease: lease)
    }

    /// Sets the seconds that were left at a checkpoint; 0 is none.
    public mutating func checkpoint(_ id: Int64, remainingTTL: Int64) {
        self.entries[id]?.lease.remainingTTL = remainingTTL
    }

    /// Takes a lease away; deleting its keys is for the caller to do.
    public mutating func remove(_ id: Int64) {
        self.entries[id] = nil
    }

    /// Hangs a key, which hangs on no other, on a lease.
    public mutating func attach(_ key: [UInt8], to id: Int64) {
        // A lease that is not there can only be named by a key of a damaged source.
        guard self.entries[id] != nil else { return }
        self.entries[id]?.keys.insert(key)
        self.holders[key] = id
    }

    /// Takes a key off its lease, if it has one.
    public mutating func detach(_ key: [UInt8]) {
        guard !self.holders.isEmpty, let id = self.holders.removeValue(forKey: key) else { return }
        self.entries[id]?.keys.remove(key)
    }
}
