import EtcdStorage
import SystemPackage
import TestSupport
import Testing

/// HashKV of snapshots beside what the etcd they were taken from said.
struct HashKVTests {
    private func hashKV(of snapshot: FilePath) throws -> Int {
        let database = try EtcdDatabase(path: snapshot.string)
        return Int(try database.hashKV(of: database.keyspace()))
    }

    private func said(by etcd: RealEtcd) async throws -> Int? {
        let answer = try await etcd.etcdctl("endpoint", "hashkv", "-w", "json").output
        return answer.firstMatch(of: #/"hash":(\d+)/#).flatMap { Int($0.1) }
    }

    @Test func equalsEtcdsWhenEveryKeyChangedSinceTheCompaction() async throws {
        try await withTemporaryDirectory { directory in
            let snapshot = directory.appending("taken.db")
            try await withRealEtcd(EtcdPlan(.v35, in: directory.appending("etcd"))) { etcd in
                for value in ["1", "2"] { try await etcd.etcdctl("put", "a", value) }
                try await etcd.etcdctl("compact", "3")
                try await etcd.etcdctl("put", "a", "3")
                let truth = try await said(by: etcd)
                try await etcd.etcdctl("snapshot", "save", snapshot.string)
                #expect(try hashKV(of: snapshot) == truth)
            }
        }
    }

    @Test func equalsEtcdsAfterARevisionBump() async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(.v35, in: directory.appending("etcd"))
            let restored = try await RegistreeProgram.run(
                "restore",
                Repository.fixture("etcd-3.5/history.db").string,
                "--all-members",
                plan.members[0].dataDirectory.removingLastComponent().string,
                "--initial-cluster",
                plan.initialCluster,
                "--initial-cluster-token",
                plan.token,
                "--bump-revision",
                "1000000",
                "--mark-compacted"
            )
            #expect(restored.exitCode == 0, "\(restored.errors)")
            let snapshot = directory.appending("taken.db")
            try await withRealEtcd(plan) { etcd in
                try await etcd.etcdctl("put", "after", "the bump")
                let truth = try await said(by: etcd)
                try await etcd.etcdctl("snapshot", "save", snapshot.string)
                #expect(try hashKV(of: snapshot) == truth)
            }
        }
    }
}
