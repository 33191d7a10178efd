import ClusterChecks
import EtcdClient
import EtcdStorage
import FoundationEssentials

/// In what a served lease differs from the file's.
public enum LeaseDifference: Hashable, Sendable {
    case notInFile(id: Int64)
    case missing(id: Int64)
    case timeToLive(id: Int64)
    case keys(id: Int64)
}

extension ServedDirectory {
    /// How long before its end a lease may be gone already, in seconds.
    private static let leaseSlack = 30.0

    /// Asks for every lease of the file, and compares its time and its keys.
    ///
    /// A lease that may have run out since the server started need not be there.
    func readLeases(_ client: EtcdClient) async throws -> RehearsalStep.Leases {
        let began = ContinuousClock.now
        let keys = self.keysByLease()
        var differences = Sample<LeaseDifference>()
        var expired = 0
        let known = Set(self.file.facts.leases.map(\.id))
        for id in try await client.leaseIDs() where !known.contains(id) {
            differences.add(.notInFile(id: id))
        }
        for lease in self.file.facts.leases {
            guard let served = try await client.lease(lease.id) else {
                let age = (ContinuousClock.now - began) / .seconds(1)
                if Double(lease.secondsAfterRestore) < age + Self.leaseSlack {
                    expired += 1
                } else {
                    differences.add(.missing(id: lease.id))
                }
                continue
            }
            if served.grantedTTL != lease.ttl {
                differences.add(.timeToLive(id: lease.id))
            } else if try !self.holds(served, keys[lease.id] ?? []) {
                differences.add(.keys(id: lease.id))
            }
        }
        guard differences.isEmpty else { return .different(differences) }
        return .same(
            leaseCount: self.file.facts.leases.count,
            keyCount: keys.values.reduce(0) { $0 + $1.count },
            expiredCount: expired
        )
    }

    /// The file's keys that go with a lease, each lease's in order of their bytes.
    private func keysByLease() -> [Int64: [LiveKey]] {
        guard !self.file.facts.leases.isEmpty else { return [:] }
        var byLease: [Int64: [LiveKey]] = [:]
        for position in 0..<self.file.keyspace.count {
            let key = self.file.keyspace[position]
            guard key.mayHaveLease, let lease = try? self.file.keyspace.metadata(of: key).lease, lease != 0
            else { continue }
            byLease[lease, default: []].append(key)
        }
        return byLease
    }

    private func holds(_ served: LiveLease, _ keys: [LiveKey]) throws -> Bool {
        guard served.keys.count == keys.count else { return false }
        return zip(served.keys, keys).allSatisfy { name, key in
            self.file.keyspace.withKey(of: key) { $0.withUnsafeBytes { $0.elementsEqual(name) } }
        }
    }
}
