import EtcdStorage

/// The leases, the keys that hang on them, and when each runs out.
///
/// Times are nanoseconds of the clock that calls pass.
///
/// Source: etcd-io/etcd `server/lease/lessor.go`.
struct Leases: Sendable {
    /// The shortest that a lease lasts, in seconds: one and a half of etcd's default election timeouts.
    static let minimumTTL: Int64 = 2
    /// The longest, in seconds.
    static let maximumTTL: Int64 = 9_000_000_000

    private(set) var table = LeaseTable()
    private var expiries: [Int64: UInt64] = [:]

    /// No leases.
    init() {}

    /// Leases that begin anew at `now` with their full time.
    init(_ table: LeaseTable, now: UInt64) {
        self.table = table
        self.expiries = table.entries.mapValues { Self.expiry(of: $0.lease, from: now) }
    }

    subscript(id: Int64) -> LeaseTable.Entry? { self.table[id] }

    /// The keys of a lease in order; none when there is no such lease.
    func keys(of id: Int64) -> [[UInt8]] { self.table[id]?.sortedKeys ?? [] }

    /// - Returns: The lease's time in seconds, which is at least ``minimumTTL``.
    /// - Throws: `.leaseNotFound` for ID 0, which stands for no lease; `.leaseTTLTooLarge`, `.leaseExists`.
    mutating func grant(_ id: Int64, ttl: Int64, at now: UInt64) throws(EtcdError) -> Int64 {
        if id == 0 { throw .leaseNotFound }
        if ttl > Self.maximumTTL { throw .leaseTTLTooLarge }
        if self.table[id] != nil { throw .leaseExists }
        let lease = Lease(id: id, ttl: max(ttl, Self.minimumTTL))
        self.table.insert(lease)
        self.expiries[id] = Self.expiry(of: lease, from: now)
        return lease.ttl
    }

    /// An ID that no lease has.
    func freeID() -> Int64 {
        var id: Int64
        repeat { id = Int64.random(in: 1...Int64.max) } while self.table[id] != nil
        return id
    }

    /// - Returns: The full time in seconds; nil when the lease is not there or has run out.
    mutating func renew(_ id: Int64, at now: UInt64) -> Int64? {
        guard let lease = self.table[id]?.lease, !self.isExpired(id, at: now) else { return nil }
        self.table.checkpoint(id, remainingTTL: 0)
        self.expiries[id] = Self.expiry(of: lease, from: now)
        return lease.ttl
    }

    /// Notes how many seconds a lease had left; one that is not there is passed over.
    mutating func checkpoint(_ id: Int64, remainingTTL: Int64) {
        self.table.checkpoint(id, remainingTTL: remainingTTL)
    }

    /// Takes a lease away; its keys are then deleted by who calls.
    mutating func remove(_ id: Int64) {
        self.table.remove(id)
        self.expiries[id] = nil
    }

    mutating func attach(_ key: [UInt8], to id: Int64) { self.table.attach(key, to: id) }
    mutating func detach(_ key: [UInt8]) { self.table.detach(key) }
}

/// Time.
extension Leases {
    /// Whether a lease is not there or has run out.
    func isExpired(_ id: Int64, at now: UInt64) -> Bool { self.expiries[id, default: 0] <= now }

    /// What is left of a lease, in whole seconds.
    func secondsLeft(of id: Int64, at now: UInt64) -> Int64 {
        let expiry = self.expiries[id, default: 0]
        return expiry > now ? Int64((expiry - now) / 1_000_000_000) : 0
    }

    /// The leases that have run out, the first to do so coming first.
    func expired(at now: UInt64) -> [Int64] { Self.sorted(self.expiries.lazy.filter { $0.value <= now }) }

    /// All leases, ordered by when they run out, and then by ID.
    var byExpiry: [Int64] { Self.sorted(self.expiries) }

    private static func sorted(_ expiries: some Sequence<(key: Int64, value: UInt64)>) -> [Int64] {
        expiries.sorted { $0.value != $1.value ? $0.value < $1.value : $0.key < $1.key }.map(\.key)
    }

    private static func expiry(of lease: Lease, from now: UInt64) -> UInt64 {
        let ttl = min(max(lease.ttl, Self.minimumTTL), Self.maximumTTL)
        let (expiry, overflows) = now.addingReportingOverflow(UInt64(ttl) * 1_000_000_000)
        return overflows ? .max : expiry
    }
}
