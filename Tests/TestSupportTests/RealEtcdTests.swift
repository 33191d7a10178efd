import SystemPackage
import TestSupport
import Testing

struct RealEtcdTests {
    @Test(arguments: EtcdRelease.allCases)
    func runsOneMember(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(release, in: directory)) { etcd in
                try await etcd.etcdctl("put", "a", input: "from standard input")
                #expect(try await etcd.etcdctl("get", "a").lines == ["a", "from standard input"])
            }
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func runsThreeMembersWithTLSEverywhere(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            let certificates = try await Certificates.make(in: directory)
            let plan = EtcdPlan(
                release,
                size: 3,
                in: directory,
                certificates: certificates,
                clientTLS: .mutual,
                peerTLS: true
            )
            try await withRealEtcd(plan) { etcd in
                try await etcd.etcdctl("put", "a", "1")
                etcd.kill(plan.members[0])
                try await etcd.waitUntilHealthy()
                #expect(try await etcd.etcdctl("get", "a").lines == ["a", "1"])
                try etcd.launch(plan.members[0])
                try await etcd.waitUntilHealthy()
            }
        }
    }

    @Test func runsAgainOnAStoppedMembersDirectory() async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(.v35, in: directory)
            try await withRealEtcd(plan) { try await $0.etcdctl("put", "a", "1") }
            try await withRealEtcd(plan) { etcd in
                let lines = try await etcd.etcdctl("get", "a").lines
                #expect(lines == ["a", "1"])
            }
        }
    }

    @Test func saysWhyAMemberDidNotStart() async throws {
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(.v35, in: directory)
            plan.extraArguments = ["--no-such-flag"]
            await #expect(throws: ProgramError.self) {
                try await withRealEtcd(plan) { _ in Issue.record("a member ran with an unknown flag") }
            }
        }
    }
}
