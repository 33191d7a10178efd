import EtcdMessages
import EtcdStore
import Foundation
import SwiftProtobuf
import Testing

struct LeaseOrderTests {
    @Test func theLeaseThatEndsFirstIsRevokedFirst() throws {
        let store = Store(identity: .init(clusterID: 1, memberID: 2, raftTerm: 2))
        for (id, ttl) in [(Int64(1), Int64(30)), (2, 10), (3, 20), (4, 10), (5, 40)] {
            _ = try store.leaseGrant(
                .with {
                    $0.id = id
                    $0.ttl = ttl
                },
                at: 0
            )
            _ = try store.put(
                .with {
                    $0.key = Data("\(id)".utf8)
                    $0.lease = id
                }
            )
        }
        let revision = store.revision
        #expect(store.expireLeases(at: 30_000_000_000) == 4)
        let watch = Etcdserverpb_WatchCreateRequest.with { $0.rangeEnd = Data([0]) }
        let events = try store.events(from: revision + 1, matching: EventFilter(watch)).events
        #expect(events.map { String(decoding: $0.kv.key, as: UTF8.self) } == ["2", "4", "3", "1"])
        #expect(store.leaseLeases(.init()).leases.map(\.id) == [5])
    }
}
