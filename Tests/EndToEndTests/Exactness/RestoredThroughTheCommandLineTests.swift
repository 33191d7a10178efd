import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registree restore`, as it is typed, and what real etcd makes of the directories.
struct RestoredThroughTheCommandLineTests {
    private func restore(_ words: [String]) async throws {
        let result = try await RegistreeProgram.run(["restore"] + words)
        #expect(result.exitCode == 0, "\(result.errors)")
    }

    /// Every member must say the HashKV that `registree status` says of the snapshot.
    ///
    /// Revision 0 is the newest; it is the one to ask for where that has been compacted itself.
    private func expectHashKV(of snapshot: FilePath, at revision: Int64, from etcd: RealEtcd) async throws {
        let report = try await RegistreeProgram.run("status", snapshot.string, "-o", "json").output
        let truth = report.firstMatch(of: #/"hashKV" ?: ?(\d+)/#).map { String($0.1) }
        let said = try await etcd.etcdctl("endpoint", "hashkv", "--rev", "\(revision)", "-w", "json").output
        let hashes = said.matches(of: #/"hash":(\d+)/#).map { String($0.1) }
        #expect(hashes.count == etcd.plan.members.count)
        #expect(truth != nil)
        #expect(hashes.allSatisfy { $0 == truth }, "\(hashes)")
    }

    /// Restores all members, and demands that etcd serves the keys of `truth` at its revision, and has the snapshot's
    /// HashKV at `hashRevision`.
    private func expectAWholeCluster(
        _ release: EtcdRelease,
        size: Int,
        from snapshot: FilePath,
        _ truth: EtcdctlRange,
        hashRevision: Int64
    ) async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, size: size, in: directory.appending("cluster"))
            try await restore([
                snapshot.string, "--all-members", directory.appending("cluster").string,
                "--initial-cluster", plan.initialCluster, "--initial-cluster-token", plan.token,
            ])
            try await withRealEtcd(plan) { etcd in
                let get = ["get", "", "--from-key", "--rev", "\(truth.revision)", "-w", "json"]
                let said = try await etcd.etcdctl(get)
                #expect(try EtcdctlRange(reading: said.standardOutput).entries == truth.entries)
                try await expectHashKV(of: snapshot, at: hashRevision, from: etcd)
                try await etcd.etcdctl("put", "/new", "value")
            }
        }
    }

    // Both releases with one member or three: what differs between them does not depend on the size.

    @Test(arguments: [(EtcdRelease.v35, 1), (.v34, 3)])
    func aWholeClusterComesFromOneSnapshot(release: EtcdRelease, size: Int) async throws {
        let snapshot = Repository.fixture("cluster-1.36/with-history.db")
        let truth = try EtcdctlRange(readingFile: Repository.fixture("cluster-1.36/kv.json"))
        try await expectAWholeCluster(
            release,
            size: size,
            from: snapshot,
            truth,
            hashRevision: truth.revision
        )
    }

    @Test(arguments: [(EtcdRelease.v34, 1), (.v35, 3)])
    func aWholeClusterComesFromACompactedSnapshot(release: EtcdRelease, size: Int) async throws {
        try await withTemporaryDirectory { directory in
            // The HashKV that can be asked for is the newest, so no lease may run out meanwhile.
            let lasting = try await LastingSnapshot.make(from: "cluster-1.36/compacted.db", in: directory)
            try await expectAWholeCluster(
                release,
                size: size,
                from: lasting.path,
                lasting.range,
                hashRevision: 0
            )
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func eachMemberMayBeRestoredByItself(release: EtcdRelease) async throws {
        let snapshot = Repository.fixture("etcd-3.4/history.db")
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, size: 3, in: directory)
            for member in plan.members {
                try await restore([
                    snapshot.string, "--name", member.name, "--data-dir", member.dataDirectory.string,
                    "--initial-cluster", plan.initialCluster, "--initial-cluster-token", plan.token,
                    "--initial-advertise-peer-urls", member.peerURL,
                ])
            }
            try await withRealEtcd(plan) { etcd in
                try await expectHashKV(of: snapshot, at: 41, from: etcd)
                let members = try await etcd.etcdctl("member", "list").lines
                #expect(members.count == 3)
            }
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func aRaisedRevisionIsWhereTheClusterGoesOn(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            let snapshot = try await LastingSnapshot.make(from: "cluster-1.36/with-history.db", in: directory)
            let revision = snapshot.range.revision
            let plan = EtcdPlan(release, in: directory.appending("cluster"))
            let member = plan.members[0]
            try FileManager.default.createDirectory(
                atPath: directory.appending("cluster").string,
                withIntermediateDirectories: false
            )
            try await restore([
                snapshot.path.string, "--name", member.name, "--data-dir", member.dataDirectory.string,
                "--initial-cluster", plan.initialCluster, "--initial-advertise-peer-urls", member.peerURL,
                "--bump-revision", "1000000000", "--mark-compacted",
            ])
            try await withRealEtcd(plan) { etcd in
                let said = try await etcd.etcdctl("get", "", "--from-key", "-w", "json")
                let range = try EtcdctlRange(reading: said.standardOutput)
                #expect(range.revision == 1_000_000_000 + revision)
                #expect(range.entries == snapshot.range.entries)
                let put = try await etcd.etcdctl("put", "/new", "value", "-w", "json").standardOutput
                #expect(try EtcdctlRange(reading: put).revision == range.revision + 1)
                // A client that remembers a revision of before is told that it is too old.
                let old = try await RealPrograms.etcdctl(release).run(
                    ["--endpoints", etcd.endpoint, "get", "/new", "--rev", "\(revision)"]
                )
                #expect(old.errors.contains("required revision has been compacted"))
            }
        }
    }

    /// etcd finds its log where `--wal-dir` put it, and the data directory knows nothing of it.
    @Test(arguments: EtcdRelease.allCases)
    func aLogOfItsOwnIsFoundByEtcd(release: EtcdRelease) async throws {
        let snapshot = Repository.fixture("etcd-3.5/history.db")
        try await withTemporaryDirectory { directory in
            let log = directory.appending("log").string
            var plan = EtcdPlan(release, in: directory)
            plan.extraArguments = ["--wal-dir", log]
            let member = plan.members[0]
            try await restore([
                snapshot.string, "--name", member.name, "--data-dir", member.dataDirectory.string,
                "--wal-dir", log, "--initial-cluster", plan.initialCluster,
                "--initial-advertise-peer-urls", member.peerURL,
            ])
            #expect(try names(in: member.dataDirectory.appending("member")) == ["snap"])
            try await withRealEtcd(plan) { etcd in
                try await expectHashKV(of: snapshot, at: 41, from: etcd)
                try await etcd.etcdctl("put", "/new", "value")
            }
            // It comes back with what was written: the log is the one that etcd went on with.
            try await withRealEtcd(plan) { etcd in
                let lines = try await etcd.etcdctl("get", "/new").lines
                #expect(lines == ["/new", "value"])
            }
        }
    }
}
