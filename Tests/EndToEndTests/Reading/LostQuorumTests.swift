import SystemPackage
import TestSupport
import Testing

/// A cluster of which most members are down.
struct LostQuorumTests {
    @Test(arguments: EtcdRelease.allCases)
    func saysSoAndShowsWhatTheLastMemberHas(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, size: 3, in: directory)
            try await withRealEtcd(plan) { etcd in
                try await etcd.etcdctl("put", "/registry/configmaps/default/a", "value")
                let last = ["--endpoints", plan.members[0].clientURL]
                // Both ways read the same while all is well.
                for way in ["l", "s"] {
                    let well = try await RegistreeProgram.run(
                        ["keys", "--keys-only", "--consistency", way] + last
                    )
                    #expect(well.lines == ["/registry/configmaps/default/a"], "\(well.errors)")
                }
                etcd.kill(plan.members[1])
                etcd.kill(plan.members[2])
                let etcdctl = try RealPrograms.etcdctl(release)
                try await eventually("there is no leader") {
                    let status = try await etcdctl.run(last + ["endpoint", "status", "-w", "json"]).output
                    return status.contains("\"version\"") && !status.contains("\"leader\"")
                }
                for command in [["keys"], ["put", "a", "b"]] {
                    let result = try await RegistreeProgram.run(command + last)
                    expectFailure(result, 2, "the cluster has lost its quorum")
                    #expect(result.errors.contains("registree take"))
                    #expect(result.errors.contains("--consistency s"))
                }
                let shown = try await RegistreeProgram.run(["keys", "--consistency=s"] + last)
                #expect(shown.exitCode == 0, "\(shown.errors)")
                #expect(shown.lines == ["/registry/configmaps/default/a", "value"])
                let list = try await RegistreeProgram.run(["list", "-A", "--consistency", "s"] + last)
                #expect(list.exitCode == 0, "\(list.errors)")
                #expect(list.output.contains("configmaps"))
                try await withPlace { place in
                    let taken = try await place.take("taken.db", last)
                    #expect(taken.exitCode == 0, "\(taken.errors)")
                }
            }
        }
    }

    @Test func refusesAnotherConsistency() async throws {
        let result = try await RegistreeProgram.run("keys", "--consistency", "x", "-f", "none")
        #expect(result.exitCode == 3)
    }
}
