import EtcdMessages
import EtcdStore
import Foundation
import FoundationXML
import KubernetesCodec
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// `registree check` as people and build servers run it.
struct CheckTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string
    private static let odd = Repository.fixture("cases/odd-values.db").string

    @Test func whatIsFoundFailsOnlyWhereThatIsAskedFor() async throws {
        let found = try await RegistreeProgram.run("check", "-f", Self.odd)
        #expect(found.exitCode == 0, "\(found.errors)")
        #expect(found.lines.first?.hasPrefix("SEVERITY   RULE") == true)
        #expect(found.lines.contains { $0.hasPrefix("error") && $0.contains("cannot be decoded") })
        #expect(found.lines.contains("What to do:"))
        // What is to be done about a row is found by its rule.
        let rows = found.lines.dropFirst().prefix { !$0.isEmpty }
        for row in rows {
            let rule = row.split(separator: " ")[1]
            #expect(found.lines.contains { $0.hasPrefix("  \(rule): ") }, "\(row)")
        }
        for severity in ["info", "warning", "error"] {
            let result = try await RegistreeProgram.run("check", "-f", Self.odd, "--fail-on", severity)
            #expect(result.exitCode == 1)
        }
        let usage = try await RegistreeProgram.run("check", "-f", Self.odd, "--fail-on", "everything")
        #expect(usage.exitCode == 3)
    }

    @Test func theQuotaAndTheNoticeAreAsked() async throws {
        let result = try await RegistreeProgram.run(
            "check",
            "-f",
            Self.cluster,
            "--quota",
            "1MB",
            "--expires-within",
            "1h",
            "-o",
            "json"
        )
        let root = try Document(json: result.standardOutput).root
        let rules = root["findings"]?.elements.map { $0.text("rule") } ?? []
        #expect(rules.contains("quota-exceeded"), "\(rules)")
        for finding in root["findings"]?.elements ?? [] {
            for field in ["severity", "check", "reason", "remedy"] { #expect(!finding.text(field).isEmpty) }
        }
    }

    /// Of a live etcd and of a member that was killed.
    @Test func aFullEtcdIsFound() async throws {
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(.v35, in: directory)
            plan.extraArguments = ["--quota-backend-bytes", "1000000"]
            try await withRealEtcd(plan) { etcd in
                func check(_ source: String...) async throws {
                    let words = ["check", "-o", "json", "--quota", "1MB"] + source
                    let result = try await RegistreeProgram.run(words)
                    #expect(result.exitCode == 0, "\(result.errors)")
                    let root = try Document(json: result.standardOutput).root
                    let rules = root["findings"]?.elements.map { $0.text("rule") } ?? []
                    #expect(rules.contains("alarm") && rules.contains("quota-exceeded"), "\(rules)")
                    #expect(root["source"]?.string?.contains(source[0] == "-f" ? "m1" : "live etcd") == true)
                }
                let value = String(repeating: "v", count: 400_000)
                // etcd counts what it has committed, and two values in one commit would leave it below its quota.
                for number in 0..<2 {
                    try await etcd.etcdctl("put", "/registry/configmaps/a/\(number)", input: value)
                    try await eventually("value \(number) is committed") {
                        let said = try await etcd.etcdctl("endpoint", "status", "-w", "json")
                        let members = try Document(json: said.standardOutput).root.elements
                        let size = members.first?["Status", "dbSize"]?.integer ?? 0
                        return size > (number + 1) * 400_000
                    }
                }
                await #expect(throws: ProgramError.self) {
                    try await etcd.etcdctl("put", "/registry/configmaps/a/2", input: value)
                }
                try await check("--endpoints", etcd.endpoint)
                try await etcd.etcdctl("del", "/registry/configmaps/a/0")
                etcd.kill(plan.members[0])
                try await check("-f", plan.members[0].dataDirectory.string)
            }
        }
    }

    /// Its database has an alarm that its log ends, and lacks the one that its log raises.
    @Test func theAlarmsOfAKilledMemberAreThoseOfItsLog() async throws {
        try await withTemporaryDirectory { directory in
            let store = Store(identity: .alone)
            var request = Etcdserverpb_AlarmRequest.with {
                ($0.action, $0.alarm, $0.memberID) = (.activate, .corrupt, 1)
            }
            _ = store.alarm(request)
            let path = directory.appending("member")
            let member = try HandMadeMember(path, store: store, index: 10, term: 2)
            var log = HandMadeLog()
            for index in 1...10 { try log.entry(UInt64(index), term: 2) }
            request.action = .deactivate
            try log.request(11, term: 2) { $0.alarm = request }
            (request.action, request.alarm) = (.activate, .nospace)
            try log.request(12, term: 2) { $0.alarm = request }
            try member.write(log)
            func alarms(_ words: String...) async throws -> [String] {
                let result = try await RegistreeProgram.run(
                    ["check", "-f", path.string, "-o", "json"] + words
                )
                #expect(result.exitCode == 0, "\(result.errors)")
                let findings = try Document(json: result.standardOutput).root["findings"]?.elements ?? []
                return findings.filter { $0.text("rule") == "alarm" }.map { $0.text("reason") }
            }
            #expect(try await alarms() == ["the alarm NOSPACE is raised"])
            #expect(try await alarms("--no-log") == ["the alarm CORRUPT is raised"])
        }
    }

    /// What is encrypted alike is told once, and with its key it is checked.
    @Test func whatIsNotOpenedIsSaidOnce() async throws {
        let path = Repository.fixture("encrypted/aescbc/snapshot.db").string
        let configuration = Repository.fixture("encrypted/aescbc/encryption-configuration.yaml").string
        func rules(_ words: String...) async throws -> [String] {
            let result = try await RegistreeProgram.run(["check", "-f", path, "-o", "json"] + words)
            #expect(result.exitCode == 0, "\(result.errors)")
            return try Document(json: result.standardOutput).root["findings"]?.elements.map {
                $0.text("rule")
            } ?? []
        }
        #expect(try await rules().filter { $0 == "not-opened" }.count == 1)
        #expect(try await !rules("--encryption-config", configuration).contains("not-opened"))
    }

    /// A parser reads what build servers read, whatever the objects are called.
    @Test(arguments: [odd, cluster, Repository.fixture("cases/many-roots-and-broken-objects.db").string])
    func junitAndSARIFAreWellFormed(path: String) async throws {
        let json = try await RegistreeProgram.run("check", "-f", path, "-o", "json")
        let findings = try Document(json: json.standardOutput).root["findings"]?.elements ?? []
        let junit = try await RegistreeProgram.run("check", "-f", path, "-o", "junit")
        let reader = Cases()
        let parser = XMLParser(data: Data(junit.standardOutput))
        parser.delegate = reader
        #expect(parser.parse(), "\(String(describing: parser.parserError))")
        #expect(reader.failures == findings.count { $0.text("severity") != "info" })
        #expect(reader.cases >= findings.count)
        let sarif = try await RegistreeProgram.run("check", "-f", path, "--output", "sarif")
        let root = try Document(json: sarif.standardOutput).root
        #expect(root["version"]?.string == "2.1.0")
        let run = root["runs"]?.elements.first
        let rules = Set(run?["tool", "driver", "rules"]?.elements.map { $0.text("id") } ?? [])
        let results = run?["results"]?.elements ?? []
        #expect(results.count == findings.count)
        #expect(results.allSatisfy { rules.contains($0.text("ruleId")) })
        let messages = Set(results.map { $0["message"]?.text("text") ?? "" })
        for finding in findings {
            let ending = ": \(finding.text("reason")). \(finding.text("remedy"))"
            #expect(messages.contains { $0.hasSuffix(ending) }, "\(ending)")
        }
        #expect(run?["properties", "untold"]?.integer == 0)
        #expect(results.allSatisfy { ["note", "warning", "error"].contains($0.text("level")) })
    }
}

/// Counts the cases and failures of a suite.
private final class Cases: NSObject, XMLParserDelegate {
    var cases = 0
    var failures = 0

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        if name == "testcase" { self.cases += 1 }
        if name == "failure" { self.failures += 1 }
    }
}
