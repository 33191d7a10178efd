import Foundation
import SystemPackage
import TestSupport
import Testing

/// Snapshots restored and served as they were at an earlier revision, and what real etcd makes of it.
struct RestoreAtRevisionTests {
    private func restore(_ path: String, to plan: EtcdPlan, _ words: [String]) async throws -> ProgramResult {
        let member = plan.members[0]
        let result = try await RegistreeProgram.run(
            [
                "restore", path, "--name", member.name, "--data-dir", member.dataDirectory.string,
                "--initial-cluster", plan.initialCluster, "--initial-advertise-peer-urls", member.peerURL,
            ] + words
        )
        #expect(result.exitCode == 0, "\(words): \(result.errors)")
        return result
    }

    private func keys(_ etcd: RealEtcd) async throws -> EtcdctlRange {
        try EtcdctlRange(
            reading: await etcd.etcdctl("get", "", "--from-key", "-w", "json").standardOutput
        )
    }

    @Test(arguments: [3, 4, 6, 7, 9] as [Int64])
    func etcdGoesOnFromTheRevision(revision: Int64) async throws {
        try await TimedEtcd.withSnapshot { path, timed, directory in
            let truth = try #require(timed.ranges[revision])
            let plan = EtcdPlan(.v35, in: directory.appending("restored"))
            try FileManager.default.createDirectory(
                atPath: directory.appending("restored").string,
                withIntermediateDirectories: false
            )
            let result = try await self.restore(
                path,
                to: plan,
                ["--revision", "\(revision)", "--missing-lease-ttl", "30m"]
            )
            #expect(result.errors.contains("clients may have seen revisions up to 9") == (revision < 9))
            try await withRealEtcd(plan) { etcd in
                let range = try await self.keys(etcd)
                #expect(range.revision == revision)
                #expect(range.entries == truth.entries)
                let leases = Set(truth.entries.map(\.lease)).subtracting([0])
                for lease in leases {
                    let said = try await etcd.etcdctl("lease", "timetolive", String(lease, radix: 16)).output
                    #expect(said.contains("granted with TTL(1800s)"), "\(said)")
                    #expect(
                        result.errors.contains(
                            "1 lease that its keys hang on is gone, and granted anew for 30 min"
                        )
                    )
                }
                if leases.isEmpty { #expect(!result.errors.contains("granted anew")) }
                let put = try await etcd.etcdctl("put", "/new", "value", "-w", "json").standardOutput
                #expect(try EtcdctlRange(reading: put).revision == revision + 1)
            }
        }
    }

    @Test func aTimeAndARaisedRevisionGoTogether() async throws {
        try await TimedEtcd.withSnapshot { path, timed, directory in
            let plan = EtcdPlan(.v35, in: directory.appending("restored"))
            try FileManager.default.createDirectory(
                atPath: directory.appending("restored").string,
                withIntermediateDirectories: false
            )
            let result = try await self.restore(
                path,
                to: plan,
                ["--at", "2026-11-22T13:02:30Z", "--bump-revision", "1000", "--mark-compacted"]
            )
            #expect(
                result.errors.contains("revision 4 is taken for 2026-11-22T13:02:30Z"),
                "\(result.errors)"
            )
            #expect(!result.errors.contains("clients may have seen"))
            try await withRealEtcd(plan) { etcd in
                let range = try await self.keys(etcd)
                #expect(range.revision == 1004)
                #expect(try range.entries == #require(timed.ranges[4]).entries)
                let old = try await RealPrograms.etcdctl(.v35).run(
                    ["--endpoints", etcd.endpoint, "get", "/new", "--rev", "4"]
                )
                #expect(old.errors.contains("required revision has been compacted"))
            }
        }
    }

    @Test func theBundledStoreServesTheState() async throws {
        try await TimedEtcd.withSnapshot { path, timed, _ in
            for words in [["--revision", "6"], ["--rev", "6"], ["--at", "2026-11-22T13:04:10Z"]] {
                let served = try await ServedEtcd(["-f", path, "--missing-lease-ttl", "10m"] + words)
                let said = try await served.etcdctl(.v35, "get", "", "--from-key", "-w", "json")
                let range = try EtcdctlRange(reading: said.standardOutput)
                #expect(range.revision == 6)
                #expect(try range.entries == #require(timed.ranges[6]).entries)
                let leases = try await served.etcdctl(.v35, "lease", "list").lines
                #expect(leases.first == "found 1 leases")
                #expect(try await served.stop().exitCode == 0)
            }
        }
    }

    @Test func aRehearsalMayBeOfAnEarlierState() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            for words in [["--revision", "4"], ["--at", "-4m50s"]] {
                let result = try await RegistreeProgram.run(
                    ["rehearse", path, "--missing-lease-ttl", "1h"] + words
                )
                #expect(result.exitCode == 0, "\(result.output)\(result.errors)")
                let text = result.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                #expect(text.contains("registree restore \(path) --revision 4 --data-dir"), "\(text)")
            }
        }
    }

    @Test func whatCannotBeRestoredIsRefused() async throws {
        let path = Repository.fixture("etcd-3.5/history.db").string
        for (words, reason) in [
            (["--revision", "29"], "revision 29 has been compacted"),
            (["--revision", "42"], "revision 42 is in the future"),
            (["--at", "-5m"], "no object of the source tells a time"),
            (["--revision", "40", "--at", "-5m"], "--revision and --at exclude each other"),
            (["--revision", "40", "--missing-lease-ttl", "10ms"], "--missing-lease-ttl must be 1s or more"),
        ] {
            let result = try await RegistreeProgram.run(["restore", path, "--dry-run"] + words)
            #expect(result.exitCode == 3, "\(words)")
            #expect(result.errors.contains(reason), "\(result.errors)")
        }
        let changed = try await RegistreeProgram.run(["serve", "etcd", "--revision", "3"])
        #expect(changed.exitCode == 3)
        #expect(changed.errors.contains("--revision and --at need a source"))
    }
}
