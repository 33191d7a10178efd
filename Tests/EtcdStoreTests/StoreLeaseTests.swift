import EtcdMessages
import EtcdRPC
import EtcdStorage
import EtcdStore
import Foundation
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// What time does to leases, and what wakes who waits.
struct StoreLeaseTests {
    private let store = Store(identity: .init(clusterID: 1, memberID: 2, raftTerm: 2))
    private let second: UInt64 = 1_000_000_000

    private func put(_ key: String, lease: Int64 = 0) throws {
        _ = try store.put(
            .with {
                $0.key = Data(key.utf8)
                $0.lease = lease
            }
        )
    }

    private func grant(_ id: Int64, ttl: Int64) throws -> Int64 {
        try store.leaseGrant(
            .with {
                $0.id = id
                $0.ttl = ttl
            },
            at: 0
        ).ttl
    }

    @Test func aLeaseThatRunsOutTakesItsKeysInOneRevision() throws {
        #expect(try grant(7, ttl: 1) == 2)
        try put("b", lease: 7)
        try put("a", lease: 7)
        try put("c", lease: 7)
        try put("c")
        #expect(store.expireLeases(at: 2 * second - 1) == 0)
        #expect(store.expireLeases(at: 2 * second) == 1)
        #expect(store.revision == 6)
        let watch = Etcdserverpb_WatchCreateRequest.with { $0.rangeEnd = Data([0]) }
        let batch = try store.events(from: 6, matching: EventFilter(watch))
        #expect(batch.events.map { String(decoding: $0.kv.key, as: UTF8.self) } == ["a", "b"])
        #expect(batch.events.allSatisfy { $0.type == .delete })
        #expect(batch.next == 7)
    }

    @Test func aRenewedLeaseBeginsAnewAndALateRenewalFindsNone() throws {
        _ = try grant(7, ttl: 10)
        let renewal = Etcdserverpb_LeaseKeepAliveRequest.with { $0.id = 7 }
        #expect(store.leaseKeepAlive(renewal, at: 5 * second).ttl == 10)
        let left = store.leaseTimeToLive(.with { $0.id = 7 }, at: 6 * second)
        #expect(left.ttl == 9)
        #expect(store.leaseKeepAlive(renewal, at: 15 * second).ttl == 0)
        #expect(store.expireLeases(at: 15 * second) == 1)
        #expect(store.leaseTimeToLive(.with { $0.id = 7 }, at: 15 * second).ttl == -1)
    }

    @Test func theLeasesOfASnapshotBeginAnewWithTheirKeys() throws {
        let fixture = Repository.fixture("etcd-3.5/history.db").string
        let source = try EtcdDatabase(path: fixture)
        let facts = try StoreFacts(reading: source)
        let now = 1000 * second
        let store = try Store(
            source: source,
            identity: .init(clusterID: 1, memberID: 2, raftTerm: 2),
            now: now
        )
        try #require(!facts.leases.isEmpty)
        var attached = 0
        for lease in facts.leases {
            let answer = store.leaseTimeToLive(
                .with {
                    $0.id = lease.id
                    $0.keys = true
                },
                at: now
            )
            #expect(answer.ttl == lease.ttl)
            attached += answer.keys.count
        }
        let all = try store.range(
            .with {
                $0.key = Data([0])
                $0.rangeEnd = Data([0])
            }
        )
        #expect(attached == all.kvs.count { $0.lease != 0 })
        #expect(attached > 0)
    }

    @Test func whoWaitsIsWokenByAWriteAndByCancellation() async throws {
        let waiter = Task { [store] in try await store.waitForRevision(above: 1) }
        let other = Task { [store] in try await store.waitForRevision(above: 100) }
        try await Task.sleep(for: .milliseconds(20))
        try put("a")
        #expect(try await waiter.value == 2)
        other.cancel()
        await #expect(throws: CancellationError.self) { try await other.value }
    }

    @Test func alarmsRefuseAsEtcdDoes() throws {
        func alarm(_ action: Etcdserverpb_AlarmRequest.AlarmAction, _ kind: Etcdserverpb_AlarmType) -> Int {
            store.alarm(
                .with {
                    $0.action = action
                    $0.memberID = 2
                    $0.alarm = kind
                }
            ).alarms.count
        }
        #expect(alarm(.activate, .nospace) == 1)
        #expect(throws: EtcdError.noSpace) { try put("a") }
        #expect(throws: EtcdError.noSpace) { try grant(1, ttl: 5) }
        _ = try store.deleteRange(.with { $0.key = Data("a".utf8) })
        #expect(alarm(.get, .none) == 1)
        #expect(alarm(.deactivate, .nospace) == 1)
        try put("a")
        #expect(alarm(.activate, .corrupt) == 1)
        #expect(throws: EtcdError.corrupt) { try put("a") }
        #expect(throws: EtcdError.corrupt) { try store.compact(.with { $0.revision = 1 }) }
        #expect(try store.range(.with { $0.key = Data("a".utf8) }).count == 1)
    }
}
