import TestSupport
import Testing

@testable import EtcdStorage

/// Leases and their keys against two dictionaries.
struct LeaseTableTests {
    @Test func knowsTheKeysOfEveryLease() {
        let seed = TestSeed.draw(for: "lease table")
        var random = SeededGenerator(seed: seed)
        var table = LeaseTable()
        var leases: [Int64: Int64] = [:]
        var holders: [[UInt8]: Int64] = [:]
        for _ in 0..<4000 {
            let id = Int64.random(in: 1...5, using: &random)
            let key = [UInt8.random(in: 0...9, using: &random)]
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where leases[id] == nil:
                table.insert(Lease(id: id, ttl: id * 10))
                leases[id] = id * 10
            case 1:
                // As a store does it: a lease goes with its keys.
                for key in table[id]?.sortedKeys ?? [] { table.detach(key) }
                table.remove(id)
                leases[id] = nil
                holders = holders.filter { $0.value != id }
            case 2:
                table.detach(key)
                holders[key] = nil
            default:
                table.detach(key)
                table.attach(key, to: id)
                holders[key] = leases[id] == nil ? nil : id
            }
            #expect(table.entries.mapValues(\.lease.ttl) == leases, "seed \(seed)")
            for (id, entry) in table.entries {
                let keys = holders.filter { $0.value == id }.keys
                #expect(entry.keys == Set(keys), "seed \(seed), lease \(id)")
            }
        }
    }

    @Test func beginsWithTheLeasesOfASource() throws {
        let source = try OverlaySource(openFixture("plain-etcd/auth-and-leases.db"))
        let table = LeaseTable(of: source)
        #expect(Set(table.entries.keys) == Set(source.facts.leases.map(\.id)))
        var truth: [Int64: Set<[UInt8]>] = [:]
        let view = Overlay(over: source).newestView
        try view.forEach(in: .all) { (location) throws(StorageError) in
            if let lease = try view.record(at: location)?.metadata.lease, lease != 0 {
                truth[lease, default: []].insert(view.key(at: location))
            }
            return true
        }
        #expect(!truth.isEmpty)
        #expect(table.entries.mapValues(\.keys).filter { !$0.value.isEmpty } == truth)
    }
}
