import EtcdMessages
import EtcdStorage
import EtcdStore
import Files
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// Snapshots of the store, in the hands of etcd's own tools.
struct StoreSnapshotTests {
    private let identity = Store.Identity(clusterID: 1, memberID: 2, raftTerm: 2)

    /// Does random requests, with or without compactions among them, and ends the leases that a real etcd would
    /// end before long.
    private func change(_ store: Store, seed: UInt64, compactions: Int) async throws {
        for lease in store.leaseLeases(.init()).leases {
            let left = store.leaseTimeToLive(.with { $0.id = lease.id }, at: 0)
            if left.grantedTtl < 3600 { _ = try store.leaseRevoke(.with { $0.id = lease.id }) }
        }
        var requests = RandomRequests(seed: seed)
        requests.compactions = compactions
        for _ in 0..<1500 {
            requests.revision = store.revision
            _ = try await store.answer(requests.next())
        }
        _ = try store.leaseGrant(
            .with {
                $0.id = 4711
                $0.ttl = 100_000
            },
            at: 0
        )
        _ = try store.put(
            .with {
                $0.key = Data("last".utf8)
                $0.lease = 4711
            }
        )
    }

    private func write(_ store: Store, to path: FilePath) throws -> EtcdStore.WrittenSnapshot {
        let file = try OutputFile(creating: path.string)
        let written = try store.writeSnapshot(to: file)
        try file.close()
        return written
    }

    @Test(
        arguments: [nil, "etcd-3.5/history.db", "etcd-3.4/history.db", "cluster-1.36/with-history.db"],
        [0, 10]
    )
    func isRestoredAndServedByEtcd(fixture: String?, compactions: Int) async throws {
        try await withTemporaryDirectory { directory in
            let store =
                if let fixture {
                    try Store(
                        source: EtcdDatabase(path: Repository.fixture(fixture).string),
                        identity: identity,
                        now: 0
                    )
                } else {
                    Store(identity: identity)
                }
            try await change(store, seed: 5, compactions: compactions)
            let snapshot = directory.appending("snapshot.db")
            let written = try write(store, to: snapshot)
            #expect(written.revision == store.revision)
            let status = try await RealPrograms.etcdutl().succeed(["snapshot", "status", snapshot.string])
            #expect(status.output.contains(", \(store.revision), "))
            try EtcdDatabase(path: snapshot.string).checkDigest()

            var plan = EtcdPlan(.v35, in: directory.appending("etcd"))
            plan.extraArguments = ["--unsafe-no-fsync"]
            try await plan.restoreFirstMember(from: snapshot)
            try await withRealEtcd(plan) { etcd in
                try await withAnsweringEtcd(etcd) { real in
                    try await compareAll(store, with: real)
                }
            }
            let again = try Store(source: EtcdDatabase(path: snapshot.string), identity: identity, now: 0)
            #expect(try again.hashKV(.init()).hash == store.hashKV(.init()).hash)
            #expect(again.revision == store.revision)
            #expect(again.compactRevision == store.compactRevision)
        }
    }

    @Test func hashesAsEtcd34() async throws {
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(.v34, in: directory)) { etcd in
                try await withAnsweringEtcd(etcd) { real in
                    let store = Store(identity: identity)
                    var requests = RandomRequests(seed: 9)
                    for number in 0..<1500 {
                        requests.revision = store.revision
                        let request = requests.next()
                        if case .range = request { continue }
                        let (truth, ours) = (try await real.answer(request), try await store.answer(request))
                        if case .hashKV = request {
                            #expect(ours == truth, "request \(number)")
                        }
                    }
                    let hash = StoreRequest.hashKV(.init())
                    let (truth, ours) = (try await real.answer(hash), try await store.answer(hash))
                    #expect(ours == truth)
                }
            }
        }
    }
}

/// Every key, revision and lease, now and in the past, and the hashes.
private func compareAll<Transport: ClientTransport>(_ store: Store, with real: AnsweringEtcd<Transport>)
    async throws
{
    let everything = Etcdserverpb_RangeRequest.with {
        $0.key = Data([0])
        $0.rangeEnd = Data([0])
    }
    var requests: [StoreRequest] = [.range(everything), .hashKV(.init()), .leaseLeases]
    let first = max(1, store.compactRevision + 1)
    for revision in stride(
        from: first,
        through: store.revision,
        by: Int(max(1, (store.revision - first) / 20))
    ) {
        var earlier = everything
        earlier.revision = revision
        requests.append(.range(earlier))
        requests.append(.hashKV(.with { $0.revision = revision }))
    }
    for lease in store.leaseLeases(.init()).leases {
        requests.append(
            .leaseTimeToLive(
                .with {
                    $0.id = lease.id
                    $0.keys = true
                }
            )
        )
    }
    for request in requests {
        let (ours, truth) = (try await store.answer(request), try await real.answer(request))
        guard ours != truth else { continue }
        Issue.record("\(request)\nours: \("\(ours)".prefix(3000))\netcd: \("\(truth)".prefix(3000))")
        return
    }
}
