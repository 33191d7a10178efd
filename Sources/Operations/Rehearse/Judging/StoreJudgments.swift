import EtcdStorage

/// etcd's default quota, in bytes: a store that is larger refuses writes when it starts.
private let defaultQuota = 2 << 30

/// What an operator should know of the store itself before it comes back.
///
/// - Parameters:
///   - facts: The small buckets.
///   - keyspace: All keys.
///   - byteCount: Length of the database.
///   - logEntries: Decided entries that only a data directory's log holds.
/// - Returns: What there is to say, none of it a failure.
func storeJudgments(
    _ facts: StoreFacts,
    _ keyspace: Keyspace,
    byteCount: Int,
    logEntries: UInt64?
) -> [RehearsalCheck] {
    var checks: [RehearsalCheck] = []
    if keyspace.count == 0 {
        checks.append(RehearsalCheck("content", .warn, "there is not a single key in it"))
    }
    if !facts.alarms.isEmpty {
        let kinds = Set(facts.alarms.map(\.kind.description)).sorted().joined(separator: ", ")
        let detail = "\(kinds) comes back with it: writes are refused until `etcdctl alarm disarm`"
        checks.append(RehearsalCheck("alarms", .warn, count: facts.alarms.count, detail))
    }
    if facts.authEnabled {
        let detail = "authentication comes back on, with its \(counted(facts.users, "user")) and passwords"
        checks.append(RehearsalCheck("users", .warn, count: facts.users, detail))
    }
    if byteCount > defaultQuota {
        let detail = "larger than etcd's default quota of 2 GiB: start it with --quota-backend-bytes"
        checks.append(RehearsalCheck("quota", .warn, count: byteCount, detail))
    }
    if let logEntries, logEntries > 0 {
        let detail =
            "\(counted(Int(clamping: logEntries), "entry", "entries")) lie in the log alone: not rehearsed"
        checks.append(RehearsalCheck("log", .warn, count: Int(clamping: logEntries), detail))
    }
    if let shortest = facts.leases.map(\.secondsAfterRestore).min() {
        let detail =
            "they start anew, and their keys go when nobody renews them; the first after \(spoken(shortest))"
        checks.append(RehearsalCheck("expiry", .pass, count: facts.leases.count, detail))
    }
    return checks
}

/// `15 s`, `10 min`, `3 h`, `10 days`.
private func spoken(_ seconds: Int64) -> String {
    switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86400) days"
    }
}
