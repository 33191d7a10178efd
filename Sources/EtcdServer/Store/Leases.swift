import EtcdStorage

/// The leases and the keys that hang on them.
///
/// Source: etcd-io/etcd `server/lease/lessor.go`.
struct Leases: Sendable {
    struct Lease: Sendable {
        /// Seconds, as granted.
        var ttl: Int64
        /// Seconds left at the source's last checkpoint; 0 when there was none, or the lease was renewed.
        var remainingTTL: Int64 = 0
        /// Nanoseconds of the clock that calls pass.
        var expiry: UInt64
        var keys: Set<[UInt8]> = []
    }

    /// The shortest that a lease lasts, in seconds: one and a half of etcd's default election timeouts.
    static let minimumTTL: Int64 = 2
    /// The longest, in seconds.
    static let maximumTTL: Int64 = 9_000_000_000

    private(set) var all: [Int64: Lease] = [:]
    /// The lease of each key that has one.
    private var holders: [[UInt8]: Int64] = [:]

    subscript(id: Int64) -> Lease? { self.all[id] }

    /// The source's leases, which begin anew with their full time.
    init(_ source: [EtcdStorage.Lease] = [], now: UInt64 = 0) {
        for lease in source {
            let ttl = min(max(lease.ttl, Self.minimumTTL), Self.maximumTTL)
            self.all[lease.id] = Lease(
                ttl: ttl,
                remainingTTL: lease.remainingTTL,
                expiry: Self.expiry(after: ttl, from: now)
            )
        }
    }

    /// - Throws: `.leaseTTLTooLarge`, `.leaseExists`.
    mutating func grant(_ id: Int64, ttl: Int64, at now: UInt64) throws(EtcdError) -> Lease {
        if ttl > Self.maximumTTL { throw .leaseTTLTooLarge }
        if self.all[id] != nil { throw .leaseExists }
        let ttl = max(ttl, Self.minimumTTL)
        let lease = Lease(ttl: ttl, expiry: Self.expiry(after: ttl, from: now))
        self.all[id] = lease
        return lease
    }

    /// An ID that no lease has.
    func freeID() -> Int64 {
        var id: Int64
        repeat { id = Int64.random(in: 1...Int64.max) } while self.all[id] != nil
        return id
    }

    /// - Returns: The full time in seconds; nothing when the lease is not there or has run out.
    mutating func renew(_ id: Int64, at now: UInt64) -> Int64? {
        guard let lease = self.all[id], lease.expiry > now else { return nil }
        self.all[id]?.remainingTTL = 0
        self.all[id]?.expiry = Self.expiry(after: lease.ttl, from: now)
        return lease.ttl
    }

    /// Takes a lease away; its keys are then deleted by who calls.
    mutating func remove(_ id: Int64) { self.all[id] = nil }

    /// The leases that have run out, the first to do so coming first.
    func expired(at now: UInt64) -> [Int64] {
        self.byExpiry.filter { $0.value.expiry <= now }.map(\.key)
    }

    /// Ordered by when they run out, and then by ID.
    var byExpiry: [(key: Int64, value: Lease)] {
        self.all.sorted {
            $0.value.expiry != $1.value.expiry ? $0.value.expiry < $1.value.expiry : $0.key < $1.key
        }
    }

    mutating func attach(_ key: [UInt8], to id: Int64) {
        // A lease that is not there can only be named by a key of a damaged source.
        guard self.all[id] != nil else { return }
        self.all[id]?.keys.insert(key)
        self.holders[key] = id
    }

    mutating func detach(_ key: [UInt8]) {
        guard !self.holders.isEmpty, let id = self.holders.removeValue(forKey: key) else { return }
        self.all[id]?.keys.remove(key)
    }

    private static func expiry(after ttl: Int64, from now: UInt64) -> UInt64 {
        let (expiry, overflows) = now.addingReportingOverflow(UInt64(ttl) * 1_000_000_000)
        return overflows ? .max : expiry
    }
}
