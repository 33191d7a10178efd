import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// `registree encryption`, as its users run it.
struct EncryptionCommandTests {
    private struct Report: Decodable {
        struct Row: Decodable {
            var group: String
            var resource: String
            var stored: String
            var provider: String?
            var key: String?
            var live: Int
            var history: Int
            var standing: String?
        }
        struct Key: Decodable {
            var provider: String
            var version: String
            var key: String
            var live: Int?
            var history: Int?
        }
        var history: Bool
        var resources: [Row]
        var keys: [Key]
        var unusedKeys: [Key]?
    }

    private func report(_ arguments: [String], exitCode: Int32 = 0) async throws -> Report {
        let result = try await RegistreeProgram.run(["encryption", "-o", "json"] + arguments)
        #expect(result.exitCode == exitCode, "\(result.errors)")
        return try JSONDecoder().decode(Report.self, from: Data(result.standardOutput))
    }

    @Test(arguments: ["aescbc", "secretbox"])
    func countsTheEncryptedValuesOfEachResource(provider: String) async throws {
        let directory = Repository.fixture("encrypted/\(provider)")
        let snapshot = directory.appending("snapshot.db").string
        let report = try await self.report(["-f", snapshot])
        let encrypted = report.resources.filter { $0.stored == "encrypted" && $0.live > 0 }
        #expect(encrypted.allSatisfy { $0.provider == provider })
        let keys = try String(contentsOfFile: directory.appending("keys.txt").string, encoding: .utf8)
        let paths = [
            "secrets": "/registry/secrets/", "configmaps": "/registry/configmaps/",
            "widgets": "/registry/acme.example.com/widgets/",
        ]
        for (resource, path) in paths {
            let count = keys.split(separator: "\n").count { $0.hasPrefix(path) }
            #expect(encrypted.filter { $0.resource == resource }.reduce(0) { $0 + $1.live } == count)
        }
        #expect(Set(encrypted.map(\.resource)).isSubset(of: Set(paths.keys)))
        #expect(report.keys.allSatisfy { $0.provider == provider })
        #expect(report.resources.reduce(0) { $0 + $1.live } == 269)
        #expect(report.resources.contains { $0.history > 0 } || report.history)
        #expect(report.unusedKeys == nil)
    }

    @Test func comparesWithAConfiguration() async throws {
        let directory = Repository.fixture("encrypted/aescbc")
        let snapshot = directory.appending("snapshot.db").string
        let configuration = directory.appending("encryption-configuration.yaml").string
        let sound = try await self.report(["-f", snapshot, "--encryption-config", configuration])
        #expect(sound.unusedKeys?.isEmpty == true)
        #expect(sound.resources.filter { $0.stored == "encrypted" }.allSatisfy { $0.standing == "readable" })

        try await withTemporaryDirectory { temporary in
            let other = temporary.appending("other.yaml").string
            try """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets, configmaps, pods]
              providers:
              - secretbox: {keys: [{name: new, secret: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}]}
              - identity: {}
            """.write(toFile: other, atomically: false, encoding: .utf8)
            let words = ["-f", snapshot, "--encryption-config", other]
            let report = try await self.report(words, exitCode: 1)
            #expect(report.unusedKeys?.map(\.key) == ["new"])
            let encrypted = report.resources.filter { $0.stored == "encrypted" }
            #expect(encrypted.allSatisfy { $0.standing == "keyMissing" })
            #expect(report.resources.contains { $0.standing == "plainThoughEncrypted" } == false)
            let text = try await RegistreeProgram.run(["encryption"] + words)
            #expect(text.exitCode == 1)
            #expect(text.output.contains("cannot be read with this configuration"))
            #expect(text.output.contains("Configured, and no value needs it: secretbox key \"new\""))
        }
    }

    @Test(arguments: [
        ("[{identity: {}}, KEY]", "notConfigured", Int32(0)),
        ("[KEY, {identity: {}}]", "plainThoughEncrypted", 0), ("[KEY]", "plainUnreadable", 1),
    ])
    func saysWhatBecomesOfPlainValues(providers: String, standing: String, exitCode: Int32) async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("configuration.yaml").string
            let secret = String(repeating: "A", count: 43) + "="
            let key = "{secretbox: {keys: [{name: new, secret: \(secret)}]}}"
            try """
            apiVersion: apiserver.config.k8s.io/v1
            kind: EncryptionConfiguration
            resources:
            - resources: [secrets]
              providers: \(providers.replacing("KEY", with: key))
            """.write(toFile: path, atomically: false, encoding: .utf8)
            let cluster = Repository.fixture("cluster-1.36/with-history.db").string
            let report = try await self.report(
                ["-f", cluster, "--encryption-config", path],
                exitCode: exitCode
            )
            let standings = report.resources.filter { $0.resource == "secrets" }.map(\.standing)
            #expect(standings == [standing])
            let others = report.resources.filter { $0.resource != "secrets" }
            #expect(others.allSatisfy { $0.standing == "notConfigured" })
        }
    }

    @Test func tellsSeveralProvidersApart() async throws {
        let report = try await self.report(["-f", Repository.fixture("codec/cbor-json-encrypted.db").string])
        #expect(Set(report.keys.map(\.provider)) == ["aescbc", "aesgcm", "secretbox"])
    }

    @Test func saysThatNothingIsEncrypted() async throws {
        let cluster = Repository.fixture("cluster-1.36/with-history.db").string
        let result = try await RegistreeProgram.run("encryption", "-f", cluster)
        #expect(result.exitCode == 0)
        #expect(result.lines.first?.hasSuffix("no value is encrypted") == true)
        let report = try await self.report(["-f", cluster])
        #expect(report.resources.reduce(0) { $0 + $1.live } == 1401)
        #expect(report.keys.isEmpty)
        #expect(report.resources.reduce(0) { $0 + $1.history } > 0)
    }
}
