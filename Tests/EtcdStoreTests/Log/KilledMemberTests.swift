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

/// A member that is killed while it is written to, and what it answers once it is started again.
///
/// `REGISTREE_KILLS` says how often each release is killed.
@Suite(.timeLimit(.minutes(60)))
struct KilledMemberTests {
    private static let rounds =
        ProcessInfo.processInfo.environment["REGISTREE_KILLS"].flatMap { Int($0) } ?? 2

    @Test(arguments: EtcdRelease.allCases)
    func hasWhatItsNextStartHas(release: EtcdRelease) async throws {
        let seed = TestSeed.draw(for: "kills of \(release)")
        var random = SeededGenerator(seed: seed)
        for round in 0..<Self.rounds {
            let count = Int.random(in: 5...400, using: &random)
            // Where transactions read what is compacted, the next start does some that were refused: then what was
            // confirmed has other revisions, and only that start can be compared with.
            let load = KillingLoad(readsNewestAlone: !round.isMultiple(of: 4))
            try await self.kill(
                release,
                load,
                seed: random.next(),
                after: count,
                "seed \(seed), round \(round)"
            )
        }
    }

    private func kill(
        _ release: EtcdRelease,
        _ load: KillingLoad,
        seed: UInt64,
        after count: Int,
        _ comment: Comment
    ) async throws {
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(release, in: directory)
            if release == .v35 { plan.extraArguments = ["--unsafe-no-fsync"] }
            let member = plan.members[0]
            try await withRealEtcd(plan) { etcd in
                try await load.run(
                    against: [etcd.endpoint],
                    seed: seed,
                    killingAfter: count,
                    changesUsers: true
                ) { etcd.kill(member) }
                let copy = directory.appending("copy")
                try FileManager.default.copyItem(atPath: member.dataDirectory.string, toPath: copy.string)
                let store = try stateOfMember(at: copy, comment)
                if load.readsNewestAlone { try expectConfirmed(load, in: store, comment) }

                try etcd.launch(member)
                try await etcd.waitUntilHealthy()
                try await withAnsweringEtcd(etcd) { try await expectSame(store, $0, comment) }
            }
        }
    }
}

/// The member's store with its log, all of which can be applied.
private func stateOfMember(at directory: FilePath, _ comment: Comment) throws -> Store {
    let database = try EtcdDatabase(path: directory.string)
    let (log, entries) = try #require(try database.memberLogAndEntries(), comment)
    #expect(log.problems.filter { if case .cut = $0 { false } else { true } } == [], comment)
    let plan = ReplayPlan(try #require(entries), on: try StoreFacts(reading: database))
    #expect(plan.obstacle == nil, comment)
    #expect(plan.voterCount == 1, comment)
    #expect(plan.uncommittedCount == 0, comment)
    guard !plan.indexes.isEmpty else { return try Store(source: database, identity: .alone, now: 0) }
    let member = try ReplayedMember(plan, of: try #require(entries), over: database) { _ in "hash" }
    #expect(member.outcome.stop == nil, comment)
    return member.store
}

/// Expects every write that a client was told of.
private func expectConfirmed(_ load: KillingLoad, in store: Store, _ comment: Comment) throws {
    #expect(store.revision >= load.newestRevision, comment)
    for confirmed in load.confirmed where confirmed.revision >= store.compactRevision {
        guard let key = confirmed.key else { continue }
        let request = Etcdserverpb_RangeRequest.with { ($0.key, $0.revision) = (key, confirmed.revision) }
        #expect(try store.range(request).kvs.first?.modRevision == confirmed.revision, comment)
    }
}

/// Expects what a real etcd answers at the store's revision.
private func expectSame<Transport>(
    _ store: Store,
    _ etcd: AnsweringEtcd<Transport>,
    _ comment: Comment
) async throws {
    let revision = store.revision
    let all = Etcdserverpb_RangeRequest.with {
        ($0.key, $0.rangeEnd, $0.revision) = (Data([0]), Data([0]), revision)
    }
    let kv = Etcdserverpb_KV.Client(wrapping: etcd.grpc)
    let theirs = try await kv.range(all)
    #expect(try store.range(all).kvs == theirs.kvs, comment)
    #expect(theirs.header.revision == revision, comment)

    if revision > store.compactRevision {
        let maintenance = Etcdserverpb_Maintenance.Client(wrapping: etcd.grpc)
        let hash = try await maintenance.hashKV(.with { $0.revision = revision })
        #expect(try store.hashKV(.with { $0.revision = revision }).hash == hash.hash, comment)
        #expect(max(0, store.compactRevision) == max(0, hash.compactRevision), comment)
    }

    let lease = Etcdserverpb_Lease.Client(wrapping: etcd.grpc)
    let leases = try await lease.leaseLeases(.init()).leases.map(\.id).sorted()
    #expect(store.leases.map(\.id) == leases, comment)
    for id in leases {
        let request = Etcdserverpb_LeaseTimeToLiveRequest.with { ($0.id, $0.keys) = (id, true) }
        let theirs = try await lease.leaseTimeToLive(request)
        let ours = store.leaseTimeToLive(request, at: 0)
        #expect(ours.grantedTtl == theirs.grantedTtl, comment)
        #expect(ours.keys.sorted(by: precedes) == theirs.keys.sorted(by: precedes), comment)
    }

    let auth = Etcdserverpb_Auth.Client(wrapping: etcd.grpc)
    let users = try await auth.userList(.init()).users
    #expect(Set(store.users.users.keys.map(\.text)) == Set(users), comment)
    for user in users {
        let roles = try await auth.userGet(.with { $0.name = user }).roles
        #expect(store.users.users[AuthName(user)]?.roles == roles, comment)
    }
    #expect(Set(store.users.roles.keys.map(\.text)) == Set(try await auth.roleList(.init()).roles), comment)
}

private func precedes(_ left: Data, _ right: Data) -> Bool { left.lexicographicallyPrecedes(right) }
