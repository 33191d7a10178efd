import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registree rehearse` through the built program.
struct RehearsalTests {
    /// What `-o json` prints.
    struct Report: Decodable {
        struct Check: Decodable {
            var name: String
            var result: String
            var count: Int
            var detail: String
            var seconds: Double
        }

        var verdict: String
        var seconds: Double
        var checks: [Check]

        subscript(name: String) -> Check? { self.checks.first { $0.name == name } }

        func names(of result: String) -> [String] { self.checks.filter { $0.result == result }.map(\.name) }
    }

    private static let steps = [
        "verify", "restore", "open", "leases", "keys", "hashkv", "snapshot", "compare",
    ]

    /// Rehearses in a scratch directory of its own, which must be empty afterwards.
    private func rehearse(
        _ fixture: String,
        _ arguments: [String] = [],
        exitCode: Int32 = 0
    ) async throws -> Report {
        try await self.rehearse(Repository.fixture(fixture), arguments, exitCode: exitCode)
    }

    private func rehearse(
        _ path: FilePath,
        _ arguments: [String] = [],
        exitCode: Int32 = 0
    ) async throws -> Report {
        try await withTemporaryDirectory { directory in
            let result = try await RegistreeProgram.located().run(
                ["rehearse", path.string, "-o", "json", "--scratch-dir", directory.string] + arguments
            )
            #expect(result.exitCode == exitCode, "\(result.errors)")
            #expect(try names(in: directory) == [])
            return try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
        }
    }

    private func etcd(_ release: EtcdRelease) throws -> [String] {
        ["--etcd", try RealPrograms.etcd(release).path.string]
    }

    @Test(arguments: ["with-history", "compacted"])
    func aClusterComesBackWithTheWarningsThatAreTrueOfIt(name: String) async throws {
        let fixture = "cluster-1.36/\(name).db"
        try await self.expectTheWarnings(of: self.rehearse(fixture), keys: 1401, leases: 13)
        try await withTemporaryDirectory { directory in
            let lasting = try await LastingSnapshot.make(from: fixture, in: directory)
            // Four leases of 15 seconds had two keys.
            #expect(lasting.range.entries.count == 1399)
            for server in [try self.etcd(.v34), try self.etcd(.v35)] {
                let report = try await self.rehearse(lasting.path, server)
                try self.expectTheWarnings(of: report, keys: 1399, leases: 9)
            }
        }
    }

    private func expectTheWarnings(of report: Report, keys: Int, leases: Int) throws {
        #expect(report.verdict == "warn")
        #expect(report.checks.prefix(8).map(\.name) == Self.steps)
        #expect(report.checks.prefix(8).allSatisfy { $0.result == "pass" }, "\(report.checks)")
        #expect(report.names(of: "warn") == ["owners", "API services", "deletions"])
        #expect(report["keys"]?.count == keys)
        #expect(report["leases"]?.count == leases)
        #expect(report["objects"]?.count == keys)
        #expect(report["custom resources"]?.count == 30)
        #expect(report["service addresses"]?.count == 23)
        #expect(report["node ports"]?.count == 14)
        // A pod of a replica set that is gone, and one of a job that is gone.
        let owners = try #require(report["owners"])
        #expect(owners.detail.contains("shop-staging/billing-6cf8954d57-8pv7p"))
        #expect(owners.detail.contains("team-a--dev/migrate-hqmqv"))
        #expect(owners.count == 2)
        #expect(report["API services"]?.detail.contains("v1beta1.metrics.k8s.io") == true)
        #expect(report["deletions"]?.detail.contains("doomed") == true)
    }

    @Test(arguments: ["aescbc", "secretbox"])
    func encryptedObjectsAreCheckedWithTheirConfigurationOnly(provider: String) async throws {
        let fixture = "encrypted/\(provider)/snapshot.db"
        let closed = try await self.rehearse(fixture)
        #expect(closed.verdict == "pass")
        #expect(closed.names(of: "not checked") == ["encryption"])
        #expect(closed["encryption"]?.count == 51)
        #expect(closed["encryption"]?.detail.contains("the API server needs \(provider) key \"") == true)
        let configuration = Repository.fixture("encrypted/\(provider)/encryption-configuration.yaml").string
        let opened = try await self.rehearse(fixture, ["--encryption-config", configuration])
        #expect(opened.verdict == "pass")
        #expect(opened.names(of: "pass").count == opened.checks.count)
    }

    @Test(arguments: ["etcd-3.4/history.db", "etcd-3.5/history.db"])
    func historyOfOlderEtcdsComesBack(fixture: String) async throws {
        for server in [[], try self.etcd(.v34), try self.etcd(.v35)] {
            let report = try await self.rehearse(fixture, server)
            #expect(report.checks.prefix(8).allSatisfy { $0.result == "pass" }, "\(report.checks)")
            #expect(report["leases"]?.count == 2)
            #expect(report["keys"]?.count == 202)
        }
    }

    @Test func aStoreWithUsersComesBackAndARealEtcdAsksForOne() async throws {
        let fixture = "plain-etcd/auth-and-leases.db"
        let report = try await self.rehearse(fixture)
        #expect(report.names(of: "warn") == ["users"])
        #expect(report.names(of: "not checked") == ["objects"])
        #expect(report["leases"]?.count == 6)
        let unasked = try await self.rehearse(
            fixture,
            try self.etcd(.v35) + ["--kube-apiserver", "/bin/false"]
        )
        #expect(unasked["API server"]?.detail.hasPrefix("kube-apiserver has no user for etcd") == true)
        #expect(unasked["open"]?.result == "not checked")
        #expect(unasked["open"]?.detail.contains("--user") == true)
        let wrong = try await self.rehearse(
            fixture,
            try self.etcd(.v35) + ["--user", "root:wrong"],
            exitCode: 4
        )
        #expect(wrong["keys"]?.result == "fail")
    }

    @Test func bothStoresAreRehearsedOn() async throws {
        let report = try await self.rehearse("etcd-3.5/history.db", ["--both"] + (try self.etcd(.v35)))
        let expected =
            ["verify"] + Self.steps.dropFirst().map { "\($0) (bundled)" }
            + Self.steps.dropFirst().map { "\($0) (etcd)" }
        #expect(report.checks.prefix(15).map(\.name) == expected)
        #expect(report.checks.prefix(15).allSatisfy { $0.result == "pass" }, "\(report.checks)")
    }

    @Test func aDamagedFileDoesNotComeBack() async throws {
        let whole = try readFile(Repository.fixture("cluster-1.36/compacted.db"))
        try await withTemporaryDirectory { directory in
            for (offset, length) in [(700_000, whole.count), (40, whole.count), (0, whole.count / 2)] {
                var bytes = Array(whole.prefix(length))
                if offset > 0 { bytes[offset] ^= 0x10 }
                let path = directory.appending("damaged.db")
                try writeFile(bytes, to: path)
                let report = try await self.rehearse(path, exitCode: 4)
                #expect(report.verdict == "fail")
                #expect(report.checks.map(\.name) == ["verify"])
            }
        }
    }

    @Test func aFileWithoutADigestIsAWarning() async throws {
        let whole = try readFile(Repository.fixture("etcd-3.5/history.db"))
        try await withTemporaryDirectory { directory in
            let path = directory.appending("bare.db")
            try writeFile(Array(whole.dropLast(32)), to: path)
            let report = try await self.rehearse(path)
            #expect(report["verify"]?.result == "warn")
            #expect(report["compare"]?.result == "pass")
        }
    }

    @Test func aServerThatServesSomethingElseIsFoundOut() async throws {
        try await withTemporaryDirectory { directory in
            // An etcd that is handed another directory than the one that was restored.
            let other = directory.appending("other")
            let etcd = try RealPrograms.etcd(.v35).path.string
            let restored = try await RegistreeProgram.located().run([
                "restore", Repository.fixture("cluster-1.36/with-history.db").string, "--data-dir",
                other.string,
            ])
            #expect(restored.exitCode == 0)
            let script = try self.script(
                """
                for word; do shift; [ "$last" = --data-dir ] && word=\(other.string); \
                set -- "$@" "$word"; last=$word; done
                exec \(etcd) "$@"
                """,
                in: directory
            )
            let report = try await self.rehearse(
                "encrypted/aescbc/snapshot.db",
                ["--etcd", script],
                exitCode: 4
            )
            #expect(report.verdict == "fail")
            #expect(Set(report.names(of: "fail")) == ["leases", "keys", "hashkv", "compare"])
        }
    }

    @Test func anEtcdThatDoesNotStartIsTold() async throws {
        try await withTemporaryDirectory { directory in
            let script = try self.script("echo 'no such luck' >&2; exit 7", in: directory)
            let report = try await self.rehearse("etcd-3.5/history.db", ["--etcd", script], exitCode: 4)
            #expect(report["open"]?.result == "fail")
            #expect(report["open"]?.detail.contains("no such luck") == true)
        }
        let missing = try await RegistreeProgram.located().run([
            "rehearse", Repository.fixture("etcd-3.5/history.db").string, "--etcd", "/no/such/etcd",
        ])
        #expect(missing.exitCode == 3)
    }

    @Test func whatIsKeptIsADirectoryThatEtcdStartsOn() async throws {
        try await withTemporaryDirectory { directory in
            let result = try await RegistreeProgram.located().run([
                "rehearse", Repository.fixture("etcd-3.5/history.db").string, "--keep",
                "--scratch-dir", directory.string,
            ])
            #expect(result.exitCode == 0)
            let kept = try #require(try names(in: directory).first)
            #expect(kept.hasSuffix("-kept"))
            let restored = directory.appending(kept).appending("restored")
            let keys = try await RegistreeProgram.located().run([
                "keys", "-f", restored.string, "--keys-only",
            ])
            #expect(keys.exitCode == 0)
            #expect(result.output.contains(kept))
        }
    }

    @Test func theReportBeginsWithItsVerdictAndFitsTheWidth() async throws {
        let result = try await RegistreeProgram.located().run([
            "rehearse", Repository.fixture("cluster-1.36/compacted.db").string,
        ])
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first?.hasPrefix("WARN: ") == true)
        #expect(result.output.contains("Recovery takes about "))
        #expect(lines.allSatisfy { $0.count <= 100 || $0.contains("/") })
    }

    private func script(_ body: String, in directory: FilePath) throws -> String {
        let path = directory.appending("program")
        try WrittenProgram.write("#!/bin/sh\n\(body)\n", to: path)
        return path.string
    }
}
