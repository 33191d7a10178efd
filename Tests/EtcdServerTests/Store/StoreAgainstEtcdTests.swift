import EtcdMessages
import EtcdServer
import EtcdStorage
import Foundation
import GRPCCore
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
            try await plan.restore(snapshot)
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
        // The snapshot's own leases are short, and only one side has a clock.
        for lease in store.leaseLeases(.init()).leases {
            let revocation = StoreRequest.leaseRevoke(.with { $0.id = lease.id })
            let (truth, ours) = (try await real.answer(revocation), try await store.answer(revocation))
            #expect(ours == truth)
        }
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
