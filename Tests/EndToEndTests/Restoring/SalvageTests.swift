import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registree salvage` makes of a damaged snapshot one that restores and boots.
struct SalvageTests {
    static let snapshot = Repository.fixture("cluster-1.36/with-history.db")

    /// Overwrites pages of a snapshot at random, by a seed that is printed.
    private func damage(_ snapshot: FilePath, pages: Int, at path: FilePath) throws {
        var bytes = try readFile(snapshot)
        var random = SeededGenerator(for: "\(pages) overwritten pages")
        for _ in 0..<pages {
            let start = Int.random(in: 2..<bytes.count / 4096, using: &random) * 4096
            for offset in start..<start + 4096 { bytes[offset] = UInt8.random(in: 0...255, using: &random) }
        }
        try writeFile(bytes, to: path)
    }

    @Test(arguments: [5, 60])
    func whatItSavesBootsAndTakesNewKeys(pages: Int) async throws {
        try await withTemporaryDirectory { directory in
            let damaged = directory.appending("damaged.db")
            try self.damage(Self.snapshot, pages: pages, at: damaged)
            let before = try digest(of: damaged)
            let new = directory.appending("new.db").string
            let salvaged = try await RegistreeProgram.run("salvage", damaged.string, new, "-o", "json")
            try #require(salvaged.exitCode == 0, "\(salvaged.errors)")
            let report = try JSONDecoder().decode(Report.self, from: Data(salvaged.standardOutput))
            #expect(report.file == new)
            #expect(report.keys > 0)
            #expect(try digest(of: damaged) == before)
            let verified = try await RegistreeProgram.run("verify", new)
            #expect(verified.exitCode == 0, "\(verified.output)")

            let keys = try await RegistreeProgram.run("keys", "-f", new, "--keys-only")
            #expect(keys.lines.count == report.keys)
            let plan = EtcdPlan(.v35, in: directory)
            let restored = try await RegistreeProgram.run(
                "restore",
                new,
                "--data-dir",
                plan.members[0].dataDirectory.string,
                "--name",
                "m1",
                "--initial-cluster",
                plan.initialCluster,
                "--initial-advertise-peer-urls",
                plan.members[0].peerURL,
                "--bump-revision",
                "1000000000",
                "--mark-compacted"
            )
            try #require(restored.exitCode == 0, "\(restored.errors)")
            try await withRealEtcd(plan) { etcd in
                try await etcd.etcdctl("put", "/new", "value")
                let first = try #require(keys.lines.first)
                // etcd goes on with the key's history, so that the next snapshot is sound too.
                for value in ["a", "b"] { try await etcd.etcdctl("put", first, value) }
                for key in report.keysWithGaps.names.prefix(20) {
                    try await etcd.etcdctl("put", key, "again")
                }
                #expect(try await etcd.etcdctl("get", "/new").lines == ["/new", "value"])
                let taken = directory.appending("taken.db").string
                let take = try await RegistreeProgram.run("take", taken, "--endpoints", etcd.endpoint)
                #expect(take.exitCode == 0, "\(take.errors)")
            }
        }
    }

    /// etcd itself shows what it shows of the sound snapshot, but for what is lost.
    @Test func itsKeysAreTrueForEtcd() async throws {
        try await withTemporaryDirectory { directory in
            let damaged = directory.appending("damaged.db")
            try self.damage(Self.snapshot, pages: 10, at: damaged)
            let new = directory.appending("new.db")
            let salvaged = try await RegistreeProgram.run("salvage", damaged.string, new.string)
            try #require(salvaged.exitCode == 0, "\(salvaged.errors)")
            let plan = EtcdPlan(.v35, in: directory)
            try await plan.restoreFirstMember(from: new)
            let truth = try EtcdctlRange(readingFile: Repository.fixture("cluster-1.36/kv.json"))
            let shown = try await RegistreeProgram.run("keys", "-f", new.string, "-o", "json")
            let ours = try EtcdctlRange(reading: shown.standardOutput)
            try await withRealEtcd(plan) { etcd in
                let said = try await etcd.etcdctl("get", "/registry/", "--prefix", "-w", "json")
                let theirs = try EtcdctlRange(reading: said.standardOutput).entries
                // Leases run out meanwhile.
                let lasting = ours.entries.filter { $0.lease == 0 && $0.key.starts(with: "/registry/".utf8) }
                #expect(theirs.filter { $0.lease == 0 } == lasting)
            }
            #expect(!Set(truth.entries).isDisjoint(with: ours.entries))
        }
    }

    @Test func theStateBeforeTheLastTransactionComesBackWhole() async throws {
        try await PreviousStateTests().withDamaged({ _ in }) { path in
            let new = path + ".new"
            let salvaged = try await RegistreeProgram.run("salvage", path, new)
            #expect(salvaged.exitCode == 0, "\(salvaged.errors)")
            #expect(salvaged.output.contains("the state before the last transaction"))
            let status = try await RegistreeProgram.run("status", new, "-w", "json")
            #expect(status.output.contains(#""revision":185"#), "\(status.output)")
            #expect(status.output.contains(#""totalKey":66"#), "\(status.output)")
        }
    }

    @Test func aKeyThatIsNoRevisionIsLeftOut() async throws {
        try await MalformedRevisionTests().withoutSeparator(before: "bin/value") { path in
            let new = "\(path).new"
            let salvaged = try await RegistreeProgram.run("salvage", path.string, new)
            #expect(salvaged.exitCode == 0, "\(salvaged.errors)")
            #expect(salvaged.output.contains("1 damaged on readable pages"), "\(salvaged.output)")
            let verified = try await RegistreeProgram.run("verify", new)
            #expect(verified.exitCode == 0, "\(verified.output)")
        }
        // It has no other key.
        let reported = try await RegistreeProgram.run("salvage", MalformedRevisionTests.reported, "--dry-run")
        #expect(reported.exitCode == 4)
        #expect(reported.errors.contains("nothing of it can be saved"), "\(reported.errors)")
    }

    @Test func aDryRunWritesNothingAndNothingIsReplaced() async throws {
        try await withTemporaryDirectory { directory in
            let damaged = directory.appending("damaged.db")
            try self.damage(Self.snapshot, pages: 3, at: damaged)
            let new = directory.appending("new.db")
            let dry = try await RegistreeProgram.run("salvage", damaged.string, new.string, "--dry-run")
            #expect(dry.exitCode == 0, "\(dry.errors)")
            #expect(dry.output.contains("dry run"))
            #expect(try names(in: directory) == ["damaged.db"])
            try writeFile([1], to: new)
            let refused = try await RegistreeProgram.run("salvage", damaged.string, new.string)
            #expect(refused.exitCode == 3)
            #expect(refused.errors.contains("choose another name"), "\(refused.errors)")
            #expect(try readFile(new) == [1])
            let unnamed = try await RegistreeProgram.run("salvage", damaged.string)
            #expect(unnamed.exitCode == 3)
        }
    }

    @Test func whereNothingCanBeSavedNothingIsWritten() async throws {
        try await withTemporaryDirectory { directory in
            var bytes = try readFile(Repository.fixture("etcd-3.5/history.db"))
            for offset in 8192..<bytes.count { bytes[offset] = 0 }
            let damaged = directory.appending("damaged.db")
            try writeFile(bytes, to: damaged)
            let new = directory.appending("new.db")
            let result = try await RegistreeProgram.run("salvage", damaged.string, new.string)
            #expect(result.exitCode == 4, "\(result.errors)")
            #expect(try names(in: directory) == ["damaged.db"])
        }
    }

    /// The new file has a digest of its own: that the old one's did not match must not be forgotten.
    @Test func aChangedValueIsNotPassedOffAsSound() async throws {
        try await withTemporaryDirectory { directory in
            var bytes = try readFile(Repository.fixture("etcd-3.5/history.db"))
            let text = Array("team a, settings 04, first edition".utf8)
            let value = try #require(bytes.firstRange(of: text)).lowerBound
            bytes[value] ^= 1
            let damaged = directory.appending("damaged.db")
            try writeFile(bytes, to: damaged)
            let result = try await RegistreeProgram.run("salvage", damaged.string, "--dry-run")
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.output.contains("does not have the SHA-256 that it ends in"), "\(result.output)")
        }
    }

    /// What `verify` says of a file that a copy has left half is said by every command.
    @Test func commandsThatRefuseAFileSayWhereItsZerosBegin() async throws {
        try await withTemporaryDirectory { directory in
            var bytes = try readFile(Self.snapshot)
            let half = bytes.count / 2 / 4096 * 4096
            for offset in half..<bytes.count { bytes[offset] = 0 }
            let damaged = directory.appending("damaged.db")
            try writeFile(bytes, to: damaged)
            for words in [["list", "-f"], ["status"], ["verify"]] {
                let result = try await RegistreeProgram.run(words + [damaged.string])
                #expect(result.exitCode == 4)
                let lines = (result.errors + result.output).split(separator: "\n")
                let zeros = lines.filter { $0.contains("on it holds zeros only") }
                #expect(zeros.count == 1, "\(words): \(result.errors)\(result.output)")
                #expect(lines.filter { $0.contains("`registree salvage") }.count <= 1)
            }
        }
    }

    /// Who meets the damage is told of the command, and what it would give.
    @Test func commandsThatRefuseADamagedFileNameIt() async throws {
        try await withTemporaryDirectory { directory in
            var bytes = try readFile(Repository.fixture("etcd-3.5/history.db"))
            // Every leaf is there, and the root is not, which both meta pages name.
            let root = Int(bytes[32]) | Int(bytes[33]) << 8
            bytes[root * 4096 + 8] = 0xAA
            let damaged = directory.appending("damaged.db")
            try writeFile(bytes, to: damaged)
            let hint = "`registree salvage \(damaged) NEW` makes a sound snapshot of what can be read: "
            for words in [["list", "-f"], ["keys", "-f"], ["status"], ["verify"]] {
                let result = try await RegistreeProgram.run(words + [damaged.string])
                #expect(result.exitCode == 4)
                #expect((result.errors + result.output).contains(hint), "\(result.errors)\(result.output)")
            }
        }
    }
}

private struct Report: Decodable {
    struct Keys: Decodable {
        var names: [String]
    }

    var file: String?
    var keys: Int
    var keysWithGaps: Keys
}
