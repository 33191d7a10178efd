/// Something that travels inside a snapshot and shows only after the restored cluster has started.
public enum RestoreWarning: Hashable, Sendable {
    /// Alarms of the old members stay raised; `NOSPACE` refuses every write until it is disarmed.
    case alarms([Alarm])
    /// Clients need the users and passwords of the time of the snapshot.
    case authentication(users: Int)
    /// So many leases have at most ``shortLease`` seconds left; their keys go soon after the start.
    case shortLeases(count: Int, shortestSeconds: Int64)
    /// An etcd older than this storage version may refuse the data directory.
    case storageVersion(String)

    /// How much time a lease needs not to be mentioned, in seconds.
    public static let shortLease: Int64 = 60

    static func all(in facts: StoreFacts) -> [RestoreWarning] {
        var warnings: [RestoreWarning] = []
        if !facts.alarms.isEmpty { warnings.append(.alarms(facts.alarms)) }
        if facts.authEnabled { warnings.append(.authentication(users: facts.users)) }
        let short = facts.leases.map(\.secondsAfterRestore).filter { $0 <= Self.shortLease }
        if let shortest = short.min() {
            warnings.append(.shortLeases(count: short.count, shortestSeconds: shortest))
        }
        if let version = facts.storageVersion { warnings.append(.storageVersion(version)) }
        return warnings
    }
}
