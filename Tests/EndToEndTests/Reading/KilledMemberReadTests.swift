import Foundation
import SystemPackage
import TestSupport
import Testing

/// A member that was killed while most of what it had confirmed was in its log alone, read by the commands.
@Suite(.timeLimit(.minutes(60)))
struct KilledMemberReadTests {
    private static let canary = "canary-7Hq2"

    /// What etcd answered before it was killed, and its data.
    private struct Killed {
        var data: FilePath
        var place: FilePath
        /// All keys, as `etcdctl get` printed them.
        var keys: EtcdctlRange

        func registree(_ words: String...) async throws -> ProgramResult {
            try await RegistreeProgram.run(
                words,
                // What take may not ask.
                environment: ["REGISTREE_FROM": "/nonexistent", "TMPDIR": self.place.string],
                directory: self.place
            )
        }

        /// The keys that a source has, by `registree keys -o json`.
        func keys(of source: String, _ words: String...) async throws -> EtcdctlRange {
            let line = ["keys", "-f", source, "-o", "json"] + words
            let result = try await RegistreeProgram.run(line)
            #expect(result.exitCode == 0, "\(result.errors)")
            return try EtcdctlRange(reading: result.standardOutput)
        }
    }

    /// Runs `body` with a killed member whose database has next to nothing.
    private func withKilledMember(
        _ release: EtcdRelease,
        _ body: (Killed) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(release, in: directory.appending("etcd"))
            plan.extraArguments = ["--backend-batch-interval", "1h"]
            let member = plan.members[0]
            let keys = try await withRealEtcd(plan) { etcd in
                for number in 1...9 {
                    let key = "/registry/configmaps/ns\(number % 2)/c\(number)"
                    try await etcd.etcdctl("put", key, "\(Self.canary)-value-\(number)")
                }
                try await etcd.etcdctl("del", "/registry/configmaps/ns1/c3")
                try await etcd.etcdctl("user", "add", "root:\(Self.canary)")
                try await etcd.etcdctl(
                    "user",
                    "passwd",
                    "root",
                    "--interactive=false",
                    input: "\(Self.canary)2\n"
                )
                try await etcd.etcdctl("put", "/registry/configmaps/ns1/c3", "again")
                let all = try await etcd.etcdctl("get", "", "--prefix", "-w", "json")
                etcd.kill(member)
                return try EtcdctlRange(reading: all.standardOutput)
            }
            let place = directory.appending("place")
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: false)
            try await body(Killed(data: member.dataDirectory, place: place, keys: keys))
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func showsWhatItsLogHolds(release: EtcdRelease) async throws {
        try await self.withKilledMember(release) { killed in
            let data = killed.data.string
            let read = try await killed.keys(of: data)
            #expect(read.entries == killed.keys.entries)
            #expect(read.revision == killed.keys.revision)
            for line in [
                ["keys", "--keys-only"], ["list"], ["tree"], ["get", "configmaps", "-A", "-o", "name"],
            ] {
                let result = try await RegistreeProgram.run(line + ["-f", data])
                #expect(result.errors.contains("later than its database, are read with it"), "\(line)")
            }
            let alone = try await RegistreeProgram.run("keys", "--keys-only", "-f", data, "--no-log")
            #expect(alone.exitCode == 0)
            #expect(alone.errors.contains("later than its database and not shown"))
            #expect(!alone.output.contains("/registry/configmaps/ns1/c3"))
            let dropped = try await killed.keys(of: data, "--uncommitted", "drop")
            #expect(dropped.revision <= read.revision)
            for command in ["status", "verify"] {
                let result = try await RegistreeProgram.run(command, data)
                #expect(result.errors.contains("of the member's write-ahead log are later than its database"))
            }
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func isTakenAndRestoredWithItsLog(release: EtcdRelease) async throws {
        try await self.withKilledMember(release) { killed in
            let data = killed.data.string
            let taken = try await killed.registree("take", "-f", data, "taken.db", "-o", "json")
            #expect(taken.exitCode == 0, "\(taken.errors)")
            let file = killed.place.appending("taken.db").string
            #expect(try await killed.keys(of: file).entries == killed.keys.entries)
            let verified = try await RegistreeProgram.run("verify", file)
            #expect(verified.exitCode == 0, "\(verified.output)")
            #expect(verified.output.contains("sound"))
            let again = try await killed.registree("take", "-f", data, "taken.db")
            expectFailure(again, 3, "exists")
            let forced = try await killed.registree(
                "take",
                "-f",
                data,
                "taken.db",
                "--force",
                "--expect-keys",
                "9"
            )
            #expect(forced.exitCode == 0, "\(forced.errors)")
            let few = try await killed.registree("take", "-f", data, "few.db", "--expect-keys", "1000")
            #expect(few.exitCode == 1)
            let streamed = try await killed.registree("take", "-f", data, "-")
            #expect(streamed.exitCode == 0)
            #expect(streamed.standardOutput.count % 512 == 32)
            let named = try await killed.registree("take", "-f", data, "--name", "old")
            #expect(named.exitCode == 0, "\(named.errors)")
            #expect(try names(in: killed.place).contains { $0.hasPrefix("etcd-old-") })
            let wrong = try await killed.registree("take", "-f", data, data)
            expectFailure(wrong, 3, "no place for a snapshot")

            let restored = killed.place.appending("restored")
            let restore = try await killed.registree(
                "restore",
                data,
                "--skip-hash-check",
                "--data-dir",
                restored.string
            )
            #expect(restore.exitCode == 0, "\(restore.errors)")
            #expect(try await killed.keys(of: restored.string).entries == killed.keys.entries)
            let rehearsed = try await killed.registree("rehearse", data)
            #expect(rehearsed.exitCode == 0, "\(rehearsed.output)")
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func isServedWithItsLog(release: EtcdRelease) async throws {
        try await self.withKilledMember(release) { killed in
            let served = try await ServedEtcd(["-f", killed.data.string])
            let all = try await served.etcdctl(release, "get", "", "--prefix", "-w", "json")
            #expect(try EtcdctlRange(reading: all.standardOutput).entries == killed.keys.entries)
            #expect(served.log.contains("later than its database, are read with it"))
            _ = try await served.stop()
        }
    }

    /// A real etcd that starts from the restored directory has the log's keys and user.
    @Test func aRestoredLogIsServedByEtcd() async throws {
        try await self.withKilledMember(.v34) { killed in
            let plan = EtcdPlan(.v35, in: killed.place)
            let restore = try await RegistreeProgram.run(
                "restore",
                killed.data.string,
                "--skip-hash-check",
                "--name",
                "m1",
                "--initial-cluster",
                plan.initialCluster,
                "--initial-advertise-peer-urls",
                plan.members[0].peerURL,
                "--data-dir",
                plan.members[0].dataDirectory.string
            )
            #expect(restore.exitCode == 0, "\(restore.errors)")
            try await withRealEtcd(plan) { etcd in
                let all = try await etcd.etcdctl("get", "", "--prefix", "-w", "json")
                #expect(try EtcdctlRange(reading: all.standardOutput).entries == killed.keys.entries)
                try await etcd.etcdctl("user", "grant-role", "root", "root")
                try await etcd.etcdctl("auth", "enable")
                // The password that was logged in clear was hashed.
                try await etcd.etcdctl("--user", "root:\(Self.canary)2", "user", "list")
            }
        }
    }

    // MARK: The log itself

    @Test(arguments: EtcdRelease.allCases)
    func itsEntriesAreListedWithoutValuesAndPasswords(release: EtcdRelease) async throws {
        try await self.withKilledMember(release) { killed in
            let data = killed.data.string
            let table = try await RegistreeProgram.run("log", data)
            #expect(table.exitCode == 0, "\(table.errors)")
            #expect(table.output.contains("put key=\"/registry/configmaps/ns1/c1\" value=<19 bytes>"))
            #expect(table.output.contains("\tconf\tadd member="))
            #expect(table.output.contains("auth_user_add user=\"root\""))
            let json = try await RegistreeProgram.run("log", data, "-o", "json")
            for line in json.lines {
                _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
            }
            let some = try await RegistreeProgram.run(
                "log",
                data,
                "--entry-type",
                "IRRPut,ConfigChange",
                "--start-index",
                "1",
                "--end-index",
                "8",
                "-o",
                "json"
            )
            #expect(some.lines.allSatisfy { $0.contains("\"put\"") || $0.contains("\"conf\"") })
            #expect(some.lines.count < json.lines.count)
            let moved = try await RegistreeProgram.run(
                "log",
                killed.place.string,
                "--wal-dir",
                killed.data.pushing("member/wal").string
            )
            #expect(moved.output == table.output)
            let summary = try await RegistreeProgram.run("log", data, "--summary")
            #expect(summary.output.contains("configmaps   ns1"))
            let counts = try await RegistreeProgram.run("log", data, "--summary", "-o", "json")
            for result in [table, json, some, summary, counts] {
                #expect(!result.output.contains(Self.canary))
                #expect(!result.errors.contains(Self.canary))
            }
            let unknown = try await RegistreeProgram.run("log", data, "--entry-type", "Other")
            #expect(unknown.exitCode == 3)
        }
    }

    @Test func directoriesOfTwoClustersAreNotCompared() async throws {
        try await withUnpackedFixture("cases/data-dir-with-newer-snap.db.tar.gz") { first in
            try await withUnpackedFixture("cases/data-dir-wal-cut.tar.gz") { second in
                for line in [["members"], ["take", "-f"]] {
                    let result = try await RegistreeProgram.run(
                        line + [first.string, second.string, "new.db"]
                    )
                    #expect(result.exitCode == 3, "\(line): \(result.errors)")
                }
                let two = try await RegistreeProgram.run("members", first.string, second.string)
                expectFailure(two, 3, "of cluster")
                // The log ends before its database: nothing is replayed, and the member is not sound.
                let cut = try await RegistreeProgram.run("members", second.string)
                #expect(cut.exitCode == 4, "\(cut.output)")
                #expect(cut.output.contains("ends at entry 34, before its database (entry 68)"))
            }
        }
        let none = try await RegistreeProgram.run("members", "/nonexistent")
        expectFailure(none, 3, "is not a member's data directory")
    }

    @Test func noCommandPrintsAPasswordOfTheLog() async throws {
        try await self.withKilledMember(.v34) { killed in
            let data = killed.data.string
            let lines = [
                ["members", data], ["members", data, "-o", "json"], ["status", data], ["verify", data],
                ["list", "-f", data], ["tree", "-f", data], ["keys", "-f", data, "--keys-only"],
            ]
            for line in lines {
                let result = try await RegistreeProgram.run(line)
                #expect(result.exitCode == 0, "\(line): \(result.errors)")
                #expect(!(result.output + result.errors).contains(Self.canary), "\(line)")
            }
        }
    }
}
