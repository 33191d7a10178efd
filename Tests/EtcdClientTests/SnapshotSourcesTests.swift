import SystemPackage
import TestSupport
import Testing

@testable import EtcdClient

struct SnapshotSourcesTests {
    @Test func leavesOutLearnersAndWhoDoesNotAnswer() async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(.v35, in: directory.appending("a"))
            try await withRealEtcd(plan) { etcd in
                var joining = EtcdPlan(.v35, in: directory.appending("b"))
                joining.members[0].name = "m2"
                let (own, first) = (joining.members[0], plan.members[0])
                try await etcd.etcdctl("member", "add", "m2", "--learner", "--peer-urls", own.peerURL)
                joining.waitsForHealth = false
                joining.extraArguments = [
                    "--initial-cluster-state", "existing",
                    "--initial-cluster", "m1=\(first.peerURL),m2=\(own.peerURL)",
                ]
                try await withRealEtcd(joining) { learner in
                    let dead = local(Int(Ports.free()))
                    let (learning, voting) = (learner.endpoints[0], etcd.endpoints[0])
                    try await eventually("the learner answers") { await failure(learning) == nil }
                    let sources = try await SnapshotSources.find(
                        among: [dead, learning, voting, local(etcd.port, host: "localhost")],
                        options: patient()
                    )
                    #expect(sources.candidates.map(\.endpoint) == [voting])
                    #expect(
                        sources.refused.map(\.endpoint) == [
                            dead, local(etcd.port, host: "localhost"), learning,
                        ]
                    )
                    #expect(
                        sources.refused.map(\.reason) == [
                            .notReached(EtcdClientError(.connectionRefused, at: dead)),
                            .sameMember(as: voting), .learner,
                        ]
                    )
                }
            }
        }
    }

    @Test func refusesEndpointsOfDifferentClusters() async throws {
        try await withEtcd { one in
            try await withEtcd { two in
                let endpoints = one.endpoints + two.endpoints
                let reason = await failure {
                    _ = try await SnapshotSources.find(among: endpoints, options: patient())
                }
                guard case .severalClusters(let ids) = reason else {
                    Issue.record("\(reason as Any)")
                    return
                }
                #expect(ids.count == 2)
            }
        }
    }

    @Test func takesTheHealthyFirstAndThenTheHighestRevision() {
        let low = status(member: 1, revision: 5)
        let high = status(member: 2, revision: 9)
        var sick = status(member: 3, revision: 99)
        sick.leader = nil
        var corrupt = status(member: 4, revision: 99)
        corrupt.errors = ["memberID:4 alarm:CORRUPT "]
        var witness = status(member: 5, revision: 7)
        witness.errors = corrupt.errors
        let sources = SnapshotSources(
            ordering: [sick, low, corrupt, high, witness].map {
                .init(endpoint: local(Int($0.memberID)), status: $0)
            }
        )
        #expect(sources.candidates.map(\.status.memberID) == [2, 1, 3, 5])
        #expect(sources.refused.map(\.reason) == [.corrupt])
    }

    @Test func takesACorruptMemberOrALearnerOnlyWhenThereIsNoOther() {
        var corrupt = status(member: 1, revision: 9)
        corrupt.errors = ["memberID:1 alarm:CORRUPT "]
        var learner = status(member: 2, revision: 5)
        learner.isLearner = true
        let voter = status(member: 3, revision: 1)
        func sources(_ members: [MemberStatus], allowsLearner: Bool = false) -> SnapshotSources {
            SnapshotSources(
                ordering: members.map { .init(endpoint: local(Int($0.memberID)), status: $0) },
                allowsLearner: allowsLearner
            )
        }
        func asked(_ members: MemberStatus..., allowsLearner: Bool = false) -> [UInt64] {
            sources(members, allowsLearner: allowsLearner).candidates.map(\.status.memberID)
        }
        #expect(asked(corrupt) == [1])
        #expect(asked(learner) == [])
        #expect(asked(learner, allowsLearner: true) == [2])
        #expect(asked(corrupt, learner) == [1])
        #expect(asked(corrupt, learner, allowsLearner: true) == [2, 1])
        #expect(asked(corrupt, learner, voter, allowsLearner: true) == [3])
        let rest = sources([corrupt, learner, voter], allowsLearner: true).refused
        #expect(rest.map(\.reason) == [.corrupt, .learner])
        #expect(sources([corrupt]).refused == [])
        #expect(sources([learner]).refused.map(\.reason) == [.learner])
    }

    @Test func asksACorruptMemberAtOneOfItsAddresses() {
        var corrupt = status(member: 4, revision: 9)
        corrupt.errors = ["memberID:4 alarm:CORRUPT "]
        let sources = SnapshotSources(
            ordering: [1, 2].map { .init(endpoint: local($0), status: corrupt) }
        )
        #expect(sources.candidates.map(\.endpoint) == [local(1)])
        #expect(sources.refused.map(\.reason) == [.sameMember(as: local(1))])
    }

    @Test func tellsServersWithoutIDsApart() {
        let servers = [1, 2].map {
            SnapshotSources.Candidate(endpoint: local($0), status: status(member: 0, revision: Int64($0)))
        }
        let sources = SnapshotSources(ordering: servers)
        #expect(sources.candidates.map(\.endpoint) == [local(2), local(1)])
        #expect(sources.refused == [])
    }

    @Test func readsTheAlarmsThatAMemberLists() {
        var member = status(member: 10_276_657_743_932_975_437, revision: 1)
        member.errors = [
            "etcdserver: no leader", "memberID:10276657743932975437 alarm:NOSPACE ", "alarm:CORRUPT ",
            "memberID:7 alarm:CORRUPT", "memberID:x alarm:CORRUPT", "memberID:7 alarm:ODD", "alarm:", "",
        ]
        #expect(
            member.alarms == [
                .init(alarm: .outOfSpace, memberID: 10_276_657_743_932_975_437),
                .init(alarm: .corrupt, memberID: nil), .init(alarm: .corrupt, memberID: 7),
                .init(alarm: .corrupt, memberID: nil),
            ]
        )
        #expect(member.hasAlarm(.outOfSpace))
        #expect(!member.hasAlarm(.corrupt))
    }
}

private func status(member: UInt64, revision: Int64) -> MemberStatus {
    MemberStatus(
        clusterID: 1,
        memberID: member,
        version: "3.5.1",
        revision: revision,
        databaseSize: 1,
        leader: 1,
        isLearner: false,
        errors: []
    )
}
