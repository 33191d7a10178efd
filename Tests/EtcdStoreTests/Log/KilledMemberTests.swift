import EtcdMessages
import EtcdStorage
import EtcdStore
import Foundation
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
