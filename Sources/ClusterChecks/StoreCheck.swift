public import EtcdStorage

/// What an operator should know of a store itself before it comes back.
public enum StoreCheck {
    /// etcd's default quota, in bytes: a store that is larger refuses writes when it starts.
    ///
    /// Source: etcd-io/etcd `server/storage/quota.go`, `DefaultQuotaBytes`.
    private static let defaultQuota = 2 << 30

    public enum Result: CheckResult {
        /// There is not a single key in it.
        case empty
        /// Alarms come back raised.
        case alarms([Alarm])
        /// Authentication comes back on, with so many users.
        case users(count: Int)
        /// It is larger than etcd's default quota.
        case aboveDefaultQuota(byteCount: Int)
        /// Committed entries lie in a data directory's log alone.
        case logEntries(count: UInt64)
        /// Leases start anew; the first runs out after so many seconds.
        case leases(count: Int, shortestSeconds: Int64)

        public var outcome: CheckOutcome {
            switch self {
            case .empty, .alarms, .users, .aboveDefaultQuota, .logEntries: .warn
            case .leases: .pass
            }
        }

        public var count: Int {
            switch self {
            case .empty: 0
            case .alarms(let alarms): alarms.count
            case .users(let count), .leases(let count, _): count
            case .aboveDefaultQuota(let byteCount): byteCount
            case .logEntries(let count): Int(clamping: count)
            }
        }
    }

    /// Checks a store.
    ///
    /// - Parameters:
    ///   - facts: The small buckets.
    ///   - keyspace: All keys.
    ///   - byteCount: Length of the database.
    ///   - logEntries: Committed entries that only a data directory's log holds; nil when that is not known.
    /// - Returns: What there is to say, none of it a failure.
    public static func results(
        _ facts: StoreFacts,
        _ keyspace: Keyspace,
        byteCount: Int,
        logEntries: UInt64?
    ) -> [ClusterCheckResult] {
        var results: [Result] = []
        if keyspace.count == 0 { results.append(.empty) }
        if !facts.alarms.isEmpty { results.append(.alarms(facts.alarms)) }
        if facts.authEnabled { results.append(.users(count: facts.users)) }
        if byteCount > Self.defaultQuota { results.append(.aboveDefaultQuota(byteCount: byteCount)) }
        if let logEntries, logEntries > 0 { results.append(.logEntries(count: logEntries)) }
        if let shortest = facts.leases.map(\.secondsAfterRestore).min() {
            results.append(.leases(count: facts.leases.count, shortestSeconds: shortest))
        }
        return results.map { .store($0) }
    }
}
