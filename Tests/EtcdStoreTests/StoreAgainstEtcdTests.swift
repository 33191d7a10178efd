import EtcdMessages
import EtcdRPC
import EtcdStorage
import EtcdStore
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// The same random requests for the store and for a real etcd 3.5.
struct StoreAgainstEtcdTests {
    static let identity = Store.Identity(clusterID: 1, memberID: 2, raftTerm: 2)

    @Test(arguments: [1, 2] as [UInt64])
    func answersAsEtcdFromEmpty(seed: UInt64) async throws {
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(.v35, in: directory)
            plan.extraArguments = ["--unsafe-no-fsync"]
            try await withRealEtcd(plan) { etcd in
                let store = Store(identity: Self.identity)
                try await compare(store, with: etcd, seed: seed, count: requestCount)
            }
        }
    }

    @Test(arguments: ["etcd-3.5/history.db", "etcd-3.4/history.db", "cluster-1.36/with-history.db"])
    func answersAsEtcdFromASnapshot(fixture: String) async throws {
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(.v35, in: directory.appending("etcd"))
            plan.extraArguments = ["--unsafe-no-fsync"]
            let snapshot = Repository.fixture(fixture)
            try await plan.restoreFirstMember(from: snapshot)
            try await withRealEtcd(plan) { etcd in
                let database = try EtcdDatabase(path: snapshot.string)
                let store = try Store(source: database, identity: Self.identity, now: 0)
                try await compare(store, with: etcd, seed: 3, count: requestCount, keysOf: store)
            }
        }
    }
}

/// How many requests a run sends; `REGISTREE_RANDOM_REQUESTS` says another number.
private let requestCount =
    ProcessInfo.processInfo.environment["REGISTREE_RANDOM_REQUESTS"].flatMap { Int($0) } ?? 3000

/// Sends the same requests to both, and then compares all events that are left.
func compare(
    _ store: Store,
    with etcd: RealEtcd,
    seed: UInt64,
    count: Int,
    keysOf known: Store? = nil
) async throws {
    let keys = try known?.range(
        .with {
            $0.key = Data([0])
            $0.rangeEnd = Data([0])
            $0.limit = 60
            $0.keysOnly = true
        }
    )
    var requests = RandomRequests(seed: seed, extraKeys: keys?.kvs.map { [UInt8]($0.key) } ?? [])
    requests.revision = store.revision
    try await withAnsweringEtcd(etcd) { real in
        try await endLeases(of: store, and: real)
        requests.revision = store.revision
        for number in 0..<count {
            let request = requests.next()
            let truth = try await real.answer(request)
            let ours = try await store.answer(request)
            if ours != truth {
                Issue.record("seed \(seed), request \(number): \(request)\nours: \(ours)\netcd: \(truth)")
                return
            }
            requests.revision = store.revision
        }
        try await compareEvents(store, with: real)
    }
}

/// Ends the snapshot's own leases on both sides, in the order in which etcd ended them: some may have run out there
/// by themselves, and the store has no clock.
private func endLeases<Transport: ClientTransport>(
    of store: Store,
    and real: AnsweringEtcd<Transport>
) async throws {
    func revoke(_ lease: Int64) -> StoreRequest { .leaseRevoke(.with { $0.id = lease }) }
    let leases = store.leaseLeases(.init()).leases.map(\.id)
    for lease in leases { _ = try await real.answer(revoke(lease)) }
    let kv = Etcdserverpb_KV.Client(wrapping: real.grpc)
    let newest = try await kv.range(.key("k")).header.revision
    if newest > store.revision {
        let everything = Etcdserverpb_WatchCreateRequest.with {
            ($0.key, $0.rangeEnd) = (Data([0]), Data([0]))
        }
        for event in try await real.events(from: store.revision + 1, through: newest, everything)
        where event.kv.modRevision > store.revision {
            let key = try store.range(.key(String(decoding: event.kv.key, as: UTF8.self)))
            _ = try await store.answer(revoke(try #require(key.kvs.first).lease))
        }
    }
    for lease in store.leaseLeases(.init()).leases { _ = try await store.answer(revoke(lease.id)) }
    let everything = StoreRequest.range(.with { ($0.key, $0.rangeEnd) = (Data([0]), Data([0])) })
    let (truth, ours) = (try await real.answer(everything), try await store.answer(everything))
    try #require(ours == truth)
    let none = StoreRequest.leaseLeases
    try #require(try await store.answer(none) == real.answer(none))
}

/// Watches everything from the last compaction on, on both.
private func compareEvents<Transport: ClientTransport>(
    _ store: Store,
    with real: AnsweringEtcd<Transport>
) async throws {
    for filters in [[], [.noput], [.nodelete]] as [[Etcdserverpb_WatchCreateRequest.FilterType]] {
        let first = max(1, store.compactRevision + 1)
        let last = try store.put(.with { $0.key = Data("end".utf8) }).header.revision
        _ = try await real.answer(.put(.with { $0.key = Data("end".utf8) }))
        _ = try store.deleteRange(.with { $0.key = Data("end".utf8) })
        _ = try await real.answer(.deleteRange(.with { $0.key = Data("end".utf8) }))
        let create = Etcdserverpb_WatchCreateRequest.with {
            $0.key = Data([0])
            $0.rangeEnd = Data([0])
            $0.prevKv = true
            $0.filters = filters
        }
        let truth = try await real.events(
            from: first,
            through: filters == [.nodelete] ? last : last + 1,
            create
        )
        var events: [Mvccpb_Event] = []
        var next = first
        repeat {
            let batch = try store.events(from: next, matching: EventFilter(create), byteLimit: 1000)
            events += batch.events
            next = batch.next
        } while next <= store.revision
        #expect(events == truth)
    }
}
