import EtcdClient
import EtcdStorage
import Foundation

extension ServedDirectory {
    /// Asks for every lease of the file, and compares its time and its keys.
    ///
    /// A lease that may have run out since the server started is not asked for.
    func readLeases(_ client: EtcdClient) async throws -> RehearsalCheck {
        let name = RehearsalStep.leases
        let began = ContinuousClock.now
        let keys = self.keysByLease()
        var differences = Names()
        var gone = 0
        let known = Set(self.facts.leases.map(\.id))
        for id in try await client.leaseIDs() where !known.contains(id) {
            differences.note("lease \(String(UInt64(bitPattern: id), radix: 16)) is not in the file")
        }
        for lease in self.facts.leases {
            let id = String(UInt64(bitPattern: lease.id), radix: 16)
            guard let served = try await client.lease(lease.id) else {
                let age = (ContinuousClock.now - began) / .seconds(1)
                if Double(lease.secondsAfterRestore) < age + 30 {
                    gone += 1
                } else {
                    differences.note("lease \(id) is not there")
                }
                continue
            }
            if served.grantedTTL != lease.ttl {
                differences.note("lease \(id) has another time to live")
            } else if try !self.holds(served, keys[lease.id] ?? []) {
                differences.note("lease \(id) has other keys")
            }
        }
        guard differences.isEmpty else {
            let text = "\(counted(differences.count, "difference")): \(differences.text)"
            return RehearsalCheck(name, .fail, count: differences.count, text)
        }
        let held = keys.values.reduce(0) { $0 + $1.count }
        let left = gone > 0 ? "; \(gone) ran out meanwhile" : ""
        let what =
            "\(counted(self.facts.leases.count, "lease")) with their time to live and \(counted(held, "key"))"
        let detail = self.facts.leases.isEmpty ? "no leases in the file" : what + left
        return RehearsalCheck(name, .pass, count: self.facts.leases.count, detail)
    }

    /// The file's keys that go with a lease, each lease's in order of their bytes.
    private func keysByLease() -> [Int64: [LiveKey]] {
        guard !self.facts.leases.isEmpty else { return [:] }
        var byLease: [Int64: [LiveKey]] = [:]
        for key in self.keys {
            guard let lease = try? self.keyspace.metadata(of: key).lease, lease != 0 else { continue }
            byLease[lease, default: []].append(key)
        }
        return byLease
    }

    private func holds(_ served: LiveLease, _ keys: [LiveKey]) throws -> Bool {
        guard served.keys.count == keys.count else { return false }
        return zip(served.keys, keys).allSatisfy { name, key in
            self.keyspace.withKey(of: key) { $0.withUnsafeBytes { $0.elementsEqual(name) } }
        }
    }
}
