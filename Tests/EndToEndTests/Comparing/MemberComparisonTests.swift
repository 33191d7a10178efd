import EtcdStorage
import Foundation
import KubernetesCodec
import Operations
import SystemPackage
import TestSupport
import Testing

/// `registree diff --cluster` on real members that do and do not have the same data.
struct MemberComparisonTests {
    @Test(arguments: [
        ["-n", "shop"], ["-l", "a=b"], ["--include", "all"], ["--etcd-prefix", "/registry"], ["-o", "patch"],
        ["-o", "summary"],
    ])
    func membersAreComparedAsAWhole(words: [String]) async throws {
        let result = try await RegistreeProgram.run(["diff", "--cluster"] + words)
        #expect(result.exitCode == 3)
        #expect(result.errors.contains("--cluster compares all keys, and prints text or json."))
    }

    @Test func membersThatAgreeAreEqual() async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(.v35, size: 3, in: directory)
            try await withRealEtcd(plan) { etcd in
                try await etcd.etcdctl("put", "/registry/key", "value")
                // Followers may apply it later; with a read through the quorum each of them has.
                try await etcd.waitUntilHealthy()
                let words = ["diff", "--cluster", "--endpoints", plan.endpoints]
                let result = try await RegistreeProgram.run(words)
                #expect(result.exitCode == 0, "\(result.errors)")
                #expect(result.lines.count == 6, "\(result.output)")
                #expect(result.output.contains("All members have the same keys and history at revision 2"))
                let alone = try await RegistreeProgram.run("diff", "--cluster", "--endpoints", etcd.endpoint)
                #expect(alone.exitCode == 3, "\(alone.output)")
                etcd.kill(plan.members[2])
                let missing = try await RegistreeProgram.run(words)
                #expect(missing.exitCode == 2)
                #expect(missing.output.contains("Not compared: \(plan.members[2].clientURL)"))
            }
        }
    }

    /// One member is restored from another state than the others, as a faulty disk or bug leaves one.
    @Test func aMemberWithOtherDataIsTold() async throws {
        try await withTemporaryDirectory { directory in
            var snapshots: [FilePath] = []
            for value in ["one", "another"] {
                let single = EtcdPlan(.v35, in: directory.appending("single-\(value)"))
                let snapshot = directory.appending("\(value).db")
                try await withRealEtcd(single) { etcd in
                    try await etcd.etcdctl("put", "/registry/same", "canary")
                    try await etcd.etcdctl("put", "/registry/odd", "canary-\(value)")
                    if value == "one" {
                        try await etcd.etcdctl("put", "/registry/lost", "canary")
                    } else {
                        try await etcd.etcdctl("put", "/registry/foreign", "canary")
                    }
                    let taken = try await RegistreeProgram.run(
                        "take",
                        snapshot.string,
                        "--endpoints",
                        etcd.endpoint
                    )
                    #expect(taken.exitCode == 0, "\(taken.errors)")
                }
                snapshots.append(snapshot)
            }
            let plan = EtcdPlan(.v35, size: 3, in: directory.appending("members"))
            try await self.restore(plan, from: snapshots[0], to: directory.appending("members"))
            try await self.restore(plan, from: snapshots[1], to: directory.appending("others"))
            let odd = plan.members[2].dataDirectory
            try FileManager.default.removeItem(atPath: odd.string)
            let name = odd.lastComponent?.string ?? ""
            try FileManager.default.moveItem(
                atPath: directory.appending("others").appending(name).string,
                toPath: odd.string
            )
            try await withRealEtcd(plan) { etcd in
                let words = ["diff", "--cluster", "--endpoints", plan.endpoints]
                let result = try await RegistreeProgram.run(words)
                #expect(result.exitCode == 1, "\(result.errors)")
                #expect(result.output.contains("3 keys differ:"), "\(result.output)")
                #expect(!result.output.contains("canary"))
                let json = try await RegistreeProgram.run(words + ["-o", "json"])
                let root = try Document(json: json.standardOutput).root
                let keys = root["keys"]?.elements ?? []
                #expect(
                    keys.map { $0.text("key") } == ["/registry/foreign", "/registry/lost", "/registry/odd"]
                )
                #expect(keys.map { $0["members"]?.members.count } == [1, 2, 3])
                #expect(Set(keys[2]["members"]?.members.map { $0.value.text("value") } ?? []) == ["A", "B"])
                #expect(root["different"]?.boolean == true)
            }
        }
    }

    private func restore(_ plan: EtcdPlan, from snapshot: FilePath, to directory: FilePath) async throws {
        let cluster = try InitialCluster(parsing: plan.initialCluster, token: plan.token)
        let request = RestoreRequest(
            snapshotPath: snapshot.string,
            cluster: cluster,
            destination: .allMembers(directory: directory.string)
        )
        _ = try await Restore(request).run()
    }
}
