import Foundation
import SystemPackage
import TestSupport
import Testing

/// Of several endpoints the right one is asked, and every other is accounted for.
struct TakeMembersTests {
    @Test func takesFromALivingMemberWhenOthersAreDead() async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(.v35, size: 3, in: directory)
            try await withRealEtcd(plan) { etcd in
                try await etcd.etcdctl("put", "/registry/key", "value")
                etcd.kill(plan.members[0])
                etcd.freeze(plan.members[1])
                try await withPlace { place in
                    // The frozen one is waited for so long.
                    let words = ["--endpoints", plan.endpoints, "--dial-timeout", "20s"]
                    let result = try await place.take("taken.db", words)
                    etcd.thaw(plan.members[1])
                    #expect(result.exitCode == 0, "\(result.errors)")
                    #expect(result.errors.contains("\(plan.members[0].clientURL): connection refused"))
                    #expect(result.errors.contains("Warning: \(plan.members[1].clientURL)"))
                    #expect(result.output.contains(plan.members[2].clientURL))
                }
            }
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func takesNothingFromALearner(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(release, in: directory)) { etcd in
                try await etcd.etcdctl("put", "/registry/key", "value")
                let learner = try await startLearner(of: etcd, in: directory)
                defer { learner.program.kill() }
                try await withPlace { place in
                    let alone = try await place.take("taken.db", ["--endpoints", learner.url])
                    expectFailure(alone, 1, "a learner, which may not have all data yet")
                    #expect(alone.errors.contains("--allow-learner"))
                    #expect(try place.names == [])

                    let endpoints = "\(learner.url),\(etcd.endpoint)"
                    let both = try await place.take("taken.db", ["--endpoints", endpoints])
                    #expect(both.exitCode == 0, "\(both.errors)")
                    #expect(both.errors.contains("Warning: \(learner.url): a learner"))
                    #expect(both.output.contains(etcd.endpoint))

                    let allow = ["--allow-learner", "--force"]
                    let voter = try await place.take("taken.db", ["--endpoints", endpoints] + allow)
                    #expect(voter.output.contains(etcd.endpoint), "\(voter.errors)")
                    if release == .v34 {
                        // Its learners give no snapshot.
                        let own = try await place.take("learnt.db", ["--endpoints", learner.url] + allow)
                        expectFailure(own, 1, "the member is a learner, which does not answer this")
                        return
                    }
                    // It may be asked before it has got anything.
                    try await eventually("the learner has all data") {
                        let own = try await place.take("learnt.db", ["--endpoints", learner.url] + allow)
                        guard own.exitCode == 0, own.output.contains("total keys   1") else { return false }
                        #expect(
                            own.errors.contains("Warning: it is a learner's, which may not have all data")
                        )
                        #expect(own.output.contains(learner.url))
                        return true
                    }
                }
            }
        }
    }

    @Test func refusesMembersOfDifferentClusters() async throws {
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(.v35, in: directory.appending("a"))) { first in
                var other = EtcdPlan(.v34, in: directory.appending("b"))
                other.token = "another"
                try await withRealEtcd(other) { second in
                    try await withPlace { place in
                        let endpoints = "\(first.endpoint),\(second.endpoint)"
                        let result = try await place.take("taken.db", ["--endpoints", endpoints])
                        expectFailure(result, 3, "belong to different clusters")
                        #expect(try place.names == [])
                    }
                }
            }
        }
    }
}

/// Adds a learner to the cluster, starts it and waits until it answers.
private func startLearner(
    of etcd: RealEtcd,
    in directory: FilePath
) async throws -> (program: RunningProgram, url: String) {
    let url = "http://127.0.0.1:\(Ports.free())"
    let peer = "http://127.0.0.1:\(Ports.free())"
    try await etcd.etcdctl("member", "add", "learner", "--learner", "--peer-urls", peer)
    let program = try RealPrograms.etcd(etcd.plan.release).start([
        "--name", "learner", "--data-dir", directory.appending("learner").string,
        "--listen-client-urls", url, "--advertise-client-urls", url,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
        "--initial-cluster", "\(etcd.plan.initialCluster),learner=\(peer)",
        "--initial-cluster-state", "existing", "--initial-cluster-token", etcd.plan.token,
    ])
    let etcdctl = try RealPrograms.etcdctl(etcd.plan.release)
    try await eventually("the learner answers") {
        if let ended = program.poll() { throw ProgramError("the learner ended: \(ended.errors)") }
        let status = try await etcdctl.run(
            ["--endpoints", url, "--dial-timeout", "5s", "endpoint", "status", "-w", "json"]
        )
        return status.exitCode == 0 && status.output.contains("isLearner")
    }
    return (program, url)
}
