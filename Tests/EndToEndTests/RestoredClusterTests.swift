import EtcdStorage
import Foundation
import Operations
import SystemPackage
import TestSupport
import Testing

/// Directories that Registree restored, started by real etcd.
struct RestoredClusterTests {
    private let snapshot = Repository.fixture("cluster-1.36/with-history.db")
    /// HashKV of the snapshot at its revision, which etcd 3.6.8 said.
    private let revision: Int64 = 2865
    private let hashKV = 751_934_816

    private func restore(_ plan: EtcdPlan, from snapshot: FilePath, bump: UInt64 = 0) async throws {
        let cluster = try InitialCluster(parsing: plan.initialCluster, token: plan.token)
        let root = plan.members[0].dataDirectory.removingLastComponent()
        let request = RestoreRequest(
            snapshotPath: snapshot.string,
            cluster: cluster,
            destination: .allMembers(directory: root.string),
            bump: try RevisionBump.from(bumpRevision: bump, markCompacted: bump > 0)
        )
        _ = try await Restore(request).run()
    }

    /// What every member says of its HashKV at `revision`.
    private func hashes(_ etcd: RealEtcd, at revision: Int64) async throws -> Set<Int> {
        let said = try await etcd.etcdctl("endpoint", "hashkv", "--rev", "\(revision)", "-w", "json").output
        return Set(said.matches(of: #/"hash":(\d+)/#).compactMap { Int($0.1) })
    }

    @Test(arguments: EtcdRelease.allCases, [1, 3])
    func startWithEveryKeyAndTakeNewOnes(release: EtcdRelease, size: Int) async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, size: size, in: directory.appending("first"))
            try await restore(plan, from: snapshot)
            let second = directory.appending("second.db")
            let truth = try String(
                contentsOfFile: Repository.fixture("cluster-1.36/kv.json").string,
                encoding: .utf8
            )
            try await withRealEtcd(plan) { etcd in
                #expect(try await hashes(etcd, at: revision) == [hashKV])
                let said = try await etcd.etcdctl(
                    "get",
                    "",
                    "--from-key",
                    "--rev",
                    "\(revision)",
                    "-w",
                    "json"
                )
                #expect(keyValues(said.output) == keyValues(truth))
                try await etcd.etcdctl("put", "/new", "value")
                #expect(try await etcd.etcdctl("get", "/new").lines == ["/new", "value"])
                _ = try await RealPrograms.etcdctl(release).succeed(
                    ["--endpoints", etcd.endpoint, "snapshot", "save", second.string]
                )
            }
            let next = EtcdPlan(release, size: size, in: directory.appending("next"))
            try await restore(next, from: second)
            try await withRealEtcd(next) { etcd in
                let lines = try await etcd.etcdctl("get", "/new").lines
                #expect(lines == ["/new", "value"])
                #expect(try await hashes(etcd, at: revision) == [hashKV])
            }
        }
    }

    @Test func membersSpeakTLSToEachOther() async throws {
        try await withTemporaryDirectory { directory in
            let certificates = try await Certificates.make(in: directory)
            let plan = EtcdPlan(
                .v35,
                size: 3,
                in: directory.appending("data"),
                certificates: certificates,
                clientTLS: .mutual,
                peerTLS: true
            )
            try await restore(plan, from: snapshot)
            try await withRealEtcd(plan) { etcd in
                #expect(try await hashes(etcd, at: revision) == [hashKV])
                try await etcd.etcdctl("put", "/new", "value")
            }
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func aRaisedRevisionGoesOnFromThere(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, in: directory.appending("data"))
            try await restore(plan, from: Repository.fixture("etcd-3.5/history.db"), bump: 1_000_000_000)
            try await withRealEtcd(plan) { etcd in
                let put = try await etcd.etcdctl("put", "/new", "value", "-w", "json").output
                #expect(put.contains(#""revision":1000000042"#))
                let old = try await RealPrograms.etcdctl(release).run(
                    ["--endpoints", etcd.endpoint, "get", "/new", "--rev", "41"]
                )
                #expect(old.errors.contains("required revision has been compacted"))
            }
        }
    }
}

/// The list of keys in what `etcdctl get -w json` said, without the header, which names members.
private func keyValues(_ json: String) -> String? {
    json.firstMatch(of: #/"kvs":\[.*\]/#).map { String($0.0) }
}
