import EtcdMessages
import EtcdStorage
import EtcdStore
import Files
import Foundation
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// Entries of hand-made logs over a database that has a few keys and has applied entry 10 of term 2.
struct ReplayTests {
    private static let three = [1, 2, 3].map { Member(id: $0, peerURLs: ["http://m\($0):2380"]) }

    /// A store at revision 3 with the keys `a` and `b`; `b` hangs on lease 7.
    private func base() throws -> Store {
        let store = Store(identity: .alone)
        _ = try store.put(.putting("a", Data("1".utf8)))
        _ = try store.leaseGrant(.with { ($0.id, $0.ttl) = (7, 100_000) }, at: 0)
        var put = Etcdserverpb_PutRequest.putting("b", Data("2".utf8))
        put.lease = 7
        _ = try store.put(put)
        return store
    }

    /// Runs `body` with the member after the entries that `make` writes.
    private func withReplay(
        members: [Member] = [Member(id: 1, peerURLs: ["http://m1:2380"])],
        uncommitted: UncommittedEntries = .keep,
        isOfQuorum: Bool = false,
        _ make: (inout HandMadeLog) throws -> Void,
        _ body: (ReplayPlan, ReplayedMember?) throws -> Void
    ) throws {
        try withTemporaryDirectory { directory in
            let path = directory.appending("data")
            let member = try HandMadeMember(path, store: self.base(), members: members, index: 10, term: 2)
            var log = HandMadeLog()
            for index in 1...10 { try log.entry(UInt64(index), term: 2) }
            try make(&log)
            try member.write(log)
            let found = try #require(try member.replay(uncommitted: uncommitted, isOfQuorum: isOfQuorum))
            try body(found.plan, found.member)
        }
    }

    private func value(_ key: String, in store: Store) throws -> String? {
        try store.range(.key(key)).kvs.first.map { String(decoding: $0.value, as: UTF8.self) }
    }

    /// The facts of the database that is written of a member.
    private func written(_ member: ReplayedMember?) throws -> StoreFacts {
        try withTemporaryDirectory { directory in
            let path = directory.appending("written.db").string
            let file = try OutputFile(creating: path)
            _ = try #require(member).store.writeDatabase(to: file)
            try file.close()
            let database = try EtcdDatabase(path: path)
            #expect(try StorageCheck(of: database).isSound)
            return try StoreFacts(reading: database)
        }
    }

    @Test func entriesBehindTheDatabaseAreApplied() throws {
        try self.withReplay { log in
            try log.put(11, term: 2, "c", "3")
            try log.request(12, term: 3) { $0.deleteRange = .with { $0.key = Data("a".utf8) } }
            try log.entry(13, term: 3)
        } _: { plan, member in
            let member = try #require(member)
            #expect(plan.indexes == 11..<14)
            #expect(member.outcome.appliedCount == 3)
            #expect(member.outcome.stop == nil)
            #expect(member.overlay.revision == 5)
            #expect(try self.value("c", in: member.store) == "3")
            #expect(try self.value("a", in: member.store) == nil)
            let facts = try self.written(member)
            #expect(facts.consistentIndex == 13)
            #expect(facts.term == 3)
        }
    }

    @Test func entriesThatTheDatabaseHasAreNot() throws {
        try self.withReplay { _ in
        } _: { plan, member in
            #expect(plan.indexes.isEmpty)
            #expect(plan.obstacle == nil)
            #expect(member == nil)
        }
    }

    @Test func aReplacedEntryIsNotApplied() throws {
        try self.withReplay { log in
            try log.put(11, term: 2, "lost", "x")
            try log.put(12, term: 2, "lost", "y")
            try log.put(11, term: 3, "kept", "z")
        } _: { _, member in
            let member = try #require(member)
            #expect(try self.value("lost", in: member.store) == nil)
            #expect(try self.value("kept", in: member.store) == "z")
            #expect(member.overlay.revision == 4)
        }
    }

    @Test func whatEtcdRefusesChangesNothingAndGoesOn() throws {
        try self.withReplay { log in
            try log.put(11, term: 2, "c", lease: 404)
            try log.request(12, term: 2) { $0.leaseGrant = .with { ($0.id, $0.ttl) = (7, 100) } }
            try log.request(13, term: 2) { $0.compaction = .with { $0.revision = 99 } }
            try log.put(14, term: 2, "d", "4")
        } _: { _, member in
            let member = try #require(member)
            #expect(member.outcome.refusedCount == 3)
            #expect(member.outcome.appliedCount == 4)
            #expect(try self.value("c", in: member.store) == nil)
            #expect(try self.value("d", in: member.store) == "4")
        }
    }

    /// Nobody waits for the answer any more, and so etcd does not read.
    @Test func aTransactionDoesNotFailForWhatItReads() throws {
        try self.withReplay { log in
            try log.request(11, term: 2) { $0.compaction = .with { $0.revision = 3 } }
            try log.request(12, term: 2) { request in
                var range = Etcdserverpb_RangeRequest.key("a")
                range.revision = 2
                request.txn.success = [
                    .with { $0.requestRange = range },
                    .with { $0.requestPut = .putting("c", Data("3".utf8)) },
                ]
            }
        } _: { _, member in
            let member = try #require(member)
            #expect(member.outcome.refusedCount == 0)
            #expect(try self.value("c", in: member.store) == "3")
        }
    }

    /// No answer is made of what is read, but what is asked is still checked.
    @Test func aTransactionWithinOneFailsForWhatItReads() throws {
        try self.withReplay { log in
            try log.request(11, term: 2) { $0.compaction = .with { $0.revision = 3 } }
            for (index, revision) in [(12, 2), (13, 0)] as [(UInt64, Int64)] {
                try log.request(index, term: 2) { request in
                    var range = Etcdserverpb_RangeRequest.key("a")
                    range.revision = revision
                    let inner = Etcdserverpb_TxnRequest.with {
                        $0.success = [.with { $0.requestRange = range }]
                    }
                    let put = Etcdserverpb_PutRequest.putting("c\(index)", Data("3".utf8))
                    request.txn.success = [
                        .with { $0.requestTxn = inner },
                        .with {
                            $0.requestPut = put
                            $0.requestPut.prevKv = true
                        },
                    ]
                }
            }
        } _: { _, member in
            let member = try #require(member)
            #expect(member.outcome.refusedCount == 1)
            #expect(try self.value("c12", in: member.store) == nil)
            #expect(try self.value("c13", in: member.store) == "3")
            // Afterwards answers are made again.
            let again = try member.store.put(
                .with {
                    $0.key = Data("c13".utf8)
                    $0.prevKv = true
                }
            )
            #expect(again.prevKv.value == Data("3".utf8))
        }
    }

    @Test func aLeaseThatIsRevokedTakesItsKeysAlong() throws {
        try self.withReplay { log in
            try log.put(11, term: 2, "bb", "x", lease: 7)
            try log.request(12, term: 2) { $0.leaseRevoke = .with { $0.id = 7 } }
            try log.request(13, term: 2) { $0.leaseGrant = .with { ($0.id, $0.ttl) = (8, 500) } }
        } _: { _, member in
            let member = try #require(member)
            #expect(try self.value("b", in: member.store) == nil)
            #expect(try self.value("bb", in: member.store) == nil)
            #expect(member.overlay.revision == 5)
            #expect(try self.written(member).leases == [Lease(id: 8, ttl: 500)])
        }
    }

    @Test func underAnAlarmPutsAreRefusedUntilItIsDisarmed() throws {
        func alarm(_ action: Etcdserverpb_AlarmRequest.AlarmAction) -> Etcdserverpb_AlarmRequest {
            .with { ($0.action, $0.alarm, $0.memberID) = (action, .nospace, 1) }
        }
        try self.withReplay { log in
            try log.request(11, term: 2) { $0.alarm = alarm(.activate) }
            try log.put(12, term: 2, "refused", "x")
            try log.request(13, term: 2) { $0.deleteRange = .with { $0.key = Data("a".utf8) } }
            try log.request(14, term: 2) { $0.alarm = alarm(.deactivate) }
            try log.put(15, term: 2, "taken", "y")
        } _: { _, member in
            let member = try #require(member)
            #expect(try self.value("refused", in: member.store) == nil)
            #expect(try self.value("a", in: member.store) == nil)
            #expect(try self.value("taken", in: member.store) == "y")
            #expect(try self.written(member).alarms == [])
        }
    }

    @Test func aCompactionIsCarriedOut() throws {
        try self.withReplay { log in
            try log.put(11, term: 2, "a", "2")
            try log.put(12, term: 2, "a", "3")
            try log.request(13, term: 2) { $0.compaction = .with { $0.revision = 5 } }
        } _: { _, member in
            let member = try #require(member)
            #expect(member.overlay.compactRevision == 5)
            #expect(throws: StorageError.self) { try member.overlay.keyspace(at: 4) }
            #expect(try self.written(member).compactRevision == 5)
        }
    }

    // MARK: Where it ends

    private func expectStop(
        _ reason: ReplayStop.Reason,
        at index: UInt64,
        _ make: (inout HandMadeLog) throws -> Void
    ) throws {
        try self.withReplay { log in
            try log.put(11, term: 2, "c", "3")
            try make(&log)
            try log.put(13, term: 2, "d", "4")
        } _: { _, member in
            let member = try #require(member)
            #expect(member.outcome.stop == ReplayStop(index: index, reason: reason))
            #expect(try self.value("c", in: member.store) == "3")
            #expect(try self.value("d", in: member.store) == nil)
        }
    }

    @Test func aJointChangeEndsIt() throws {
        try self.expectStop(.unknownEntry, at: 12) { try $0.entry(12, term: 2, kind: 2, [1]) }
    }

    @Test func aRequestThatIsNotKnownEndsIt() throws {
        // Field 9999 of a later etcd.
        try self.expectStop(.unknownRequest, at: 12) {
            try $0.entry(12, term: 2, [0xA2, 0x06, 0x00, 0xFA, 0xF0, 0x04, 0x00])
        }
    }

    @Test func bytesThatAreNoRequestEndIt() throws {
        try self.expectStop(.unreadable, at: 12) { try $0.entry(12, term: 2, [0xFF, 0xFF]) }
    }

    @Test func aMemberChangeWithoutAMemberEndsIt() throws {
        try self.expectStop(.unreadable, at: 12) {
            try $0.change(12, term: 2, .confChangeAddNode, member: 5, context: "{")
        }
    }

    @Test func theMembersOwnRemovalEndsIt() throws {
        try self.expectStop(.memberRemoved, at: 12) {
            try $0.change(12, term: 2, .confChangeRemoveNode, member: 1)
        }
    }

    @Test func aTestOfDowngradesChangesNothing() throws {
        try self.withReplay { log in
            // Field 9900, a message without content.
            try log.entry(11, term: 2, [0xE2, 0xEA, 0x04, 0x00])
            try log.put(12, term: 2, "d", "4")
        } _: { _, member in
            let member = try #require(member)
            #expect(member.outcome.stop == nil)
            #expect(member.outcome.appliedCount == 2)
        }
    }

    @Test func aGapBehindTheDatabaseIsAnObstacle() throws {
        try withTemporaryDirectory { directory in
            let path = directory.appending("data")
            let member = try HandMadeMember(path, store: self.base(), index: 10, term: 2)
            var log = HandMadeLog()
            try log.put(12, term: 2, "c")
            try member.write(log)
            let found = try #require(try member.replay())
            #expect(found.plan.obstacle == ReplayStop(index: 11, reason: .missing(next: 12)))
            #expect(found.member == nil)
        }
    }

    @Test func theLogOfAnotherHistoryIsAnObstacle() throws {
        try withTemporaryDirectory { directory in
            let path = directory.appending("data")
            let member = try HandMadeMember(path, store: self.base(), index: 10, term: 2)
            var log = HandMadeLog()
            try log.entry(10, term: 3)
            try log.put(11, term: 3, "c")
            try member.write(log)
            let found = try #require(try member.replay())
            #expect(found.plan.obstacle?.reason == .otherTerm(database: 2, log: 3))
            #expect(found.member == nil)
        }
    }

    // MARK: What is committed

    private func withUncommitted(
        members: [Member],
        _ uncommitted: UncommittedEntries,
        isOfQuorum: Bool = false,
        _ body: (ReplayPlan, ReplayedMember?) throws -> Void
    ) throws {
        try self.withReplay(members: members, uncommitted: uncommitted, isOfQuorum: isOfQuorum) { log in
            try log.put(11, term: 2, "c", "3")
            log.state(term: 2, commit: 11)
            try log.put(12, term: 2, "d", "4")
            try log.put(13, term: 2, "e", "5")
        } _: { plan, member in
            try body(plan, member)
        }
    }

    @Test func aMemberOfSeveralKeepsWhatMayBeCommitted() throws {
        try self.withUncommitted(members: Self.three, .keep) { plan, member in
            #expect(plan.committed == 11)
            #expect(plan.uncommittedCount == 2)
            #expect(plan.voterCount == 3)
            let member = try #require(member)
            #expect(member.overlay.revision == 6)
        }
    }

    @Test func whatMayBeCommittedCanBeLeftOut() throws {
        try self.withUncommitted(members: Self.three, .drop) { plan, member in
            #expect(plan.committed == 11)
            #expect(plan.uncommittedCount == 2)
            #expect(plan.indexes == 11..<12)
            let member = try #require(member)
            #expect(member.overlay.revision == 4)
        }
    }

    @Test func theBestOfAQuorumHasCommittedAll() throws {
        try self.withUncommitted(members: Self.three, .keep, isOfQuorum: true) { plan, _ in
            #expect(plan.committed == 13)
            #expect(plan.uncommittedCount == 0)
        }
    }

    @Test(arguments: UncommittedEntries.allCases)
    func aMemberAloneHasCommittedAll(uncommitted: UncommittedEntries) throws {
        try self.withUncommitted(members: [Self.three[0]], uncommitted) { plan, member in
            #expect(plan.committed == 13)
            #expect(plan.uncommittedCount == 0)
            let member = try #require(member)
            #expect(member.overlay.revision == 6)
        }
    }

    // MARK: The cluster

    private func added(_ id: UInt64, learner: Bool = false, promote: Bool = false) -> String {
        "{\"id\":\(id),\"peerURLs\":[\"http://m\(id):2380\"],\"isLearner\":\(learner),\"isPromote\":\(promote)}"
    }

    @Test func changesOfMembersAreInTheDatabase() throws {
        try self.withReplay(members: Self.three) { log in
            try log.change(11, term: 2, .confChangeRemoveNode, member: 3)
            // Removed once, and so for ever.
            try log.change(12, term: 2, .confChangeAddNode, member: 3, context: self.added(3))
            // The address is another's.
            let taken = "{\"id\":5,\"peerURLs\":[\"http://m2:2380\"]}"
            try log.change(13, term: 2, .confChangeAddNode, member: 5, context: taken)
            try log.change(
                14,
                term: 2,
                .confChangeAddLearnerNode,
                member: 4,
                context: self.added(4, learner: true)
            )
            try log.change(
                15,
                term: 2,
                .confChangeAddNode,
                member: 4,
                context: "{\"id\":4,\"peerURLs\":null,\"isPromote\":true}"
            )
            try log.request(16, term: 2) { request in
                request.clusterMemberAttrSet.memberID = 4
                request.clusterMemberAttrSet.memberAttributes = .with {
                    ($0.name, $0.clientUrls) = ("m4", ["http://m4:2379"])
                }
            }
            try log.request(17, term: 2) { $0.clusterVersionSet.ver = "3.6.0" }
            try log.request(18, term: 2) {
                $0.downgradeInfoSet = .with { ($0.enabled, $0.ver) = (true, "3.5.0") }
            }
        } _: { _, member in
            let replayed = try #require(member)
            #expect(replayed.outcome.refusedCount == 2)
            #expect(replayed.outcome.stop == nil)
            let facts = try self.written(member)
            #expect(Set(facts.members.map(\.id)) == [1, 2, 4])
            let fourth = Member(
                id: 4,
                peerURLs: ["http://m4:2380"],
                name: "m4",
                clientURLs: ["http://m4:2379"]
            )
            #expect(facts.members.first { $0.id == 4 } == fourth)
            #expect(facts.removedMembers == 1)
            #expect(facts.clusterVersion == "3.6.0")
            #expect(facts.confState == "{\"voters\":[1,2,4],\"auto_leave\":false}")
        }
    }

    @Test func requestsOfVersionTwoAreAppliedOrCounted() throws {
        func old(_ method: String, _ path: String, _ value: String) -> Etcdserverpb_Request {
            .with { ($0.method, $0.path, $0.val) = (method, path, value) }
        }
        try self.withReplay { log in
            let attributes = "{\"name\":\"one\",\"clientURLs\":[\"http://m1:2379\"]}"
            try log.request(11, term: 2) { $0.v2 = old("PUT", "/0/members/1/attributes", attributes) }
            // In a message of its own, which is none of the other kind.
            var request = old("PUT", "/0/version", "3.4.0")
            request.id = 1 << 60
            try log.entry(12, term: 2, request.serializedBytes())
            try log.request(13, term: 2) { $0.v2 = old("SYNC", "", "") }
            try log.request(14, term: 2) { $0.v2 = old("PUT", "/1/key", "value") }
        } _: { _, member in
            let replayed = try #require(member)
            #expect(replayed.outcome.versionTwoCount == 2)
            let facts = try self.written(member)
            #expect(facts.members.first?.name == "one")
            #expect(facts.clusterVersion == "3.4.0")
        }
    }

    /// etcd 3.4 logs passwords; what stands for the hash here tells that it was made.
    @Test func aPasswordInClearIsHashed() throws {
        try self.withReplay { log in
            try log.request(11, term: 2) { $0.authUserAdd = .with { ($0.name, $0.password) = ("root", "x") } }
        } _: { _, member in
            let user = try #require(member).store.users.users[AuthName("root")]
            #expect(user?.password == Data("hash of x".utf8))
        }
    }
}
