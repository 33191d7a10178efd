import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// `registree describe`, as its users run it.
struct DescribeCommandTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string
    private static let encrypted = Repository.fixture("encrypted/aescbc/snapshot.db").string

    private func describe(_ arguments: String..., file: String = cluster) async throws -> ProgramResult {
        try await RegistreeProgram.run(["describe", "-f", file] + arguments)
    }

    /// What kubectl said of the cluster, and when.
    private func truth(_ name: String) throws -> String {
        try String(contentsOfFile: Repository.fixture("cluster-1.36/kubectl/\(name)").string, encoding: .utf8)
    }

    private func takenAt() throws -> String {
        try self.truth("taken-at.txt").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test(arguments: [
        ("pods", "pod/agent-6cxkz"), ("deployments", "deploy/api"), ("services", "svc/api"),
        ("secrets", "secret/api-creds"), ("nodes", "no/node-0.example.internal"),
        ("namespaces", "ns/cert-manager"),
    ])
    func saysWhatKubectlSays(file: String, object: String) async throws {
        let result = try await self.describe(object, "-n", "cert-manager", "--age-from", self.takenAt())
        #expect(result.exitCode == 0)
        #expect(result.errors.isEmpty)
        let kubectl = try self.truth("describe-\(file).txt")
        for name in ["Name", "Namespace", "Service Account", "Controlled By", "Selector", "Type"] {
            #expect(field(name, of: result.output) == field(name, of: kubectl), "\(name)")
        }
        for name in ["Labels", "Annotations"] {
            let separator = name == "Labels" ? "=" : ": "
            let expected = (field(name, of: kubectl) ?? "").split(separator: separator).first.map(String.init)
            #expect(
                field(name, of: result.output)?.split(separator: separator).first.map(String.init) == expected
            )
        }
        #expect(events(of: result.output).map(cells) == events(of: kubectl).map(cells))
    }

    @Test func tellsTheEventsOfEveryPodThatKubectlLists() async throws {
        let rows = try self.truth("get-events-wide.txt").split(separator: "\n").map { cells(String($0)) }
        let events = Set(
            rows.filter { $0.first == "shop" && $0.contains { $0.hasPrefix("pod/") } }.compactMap { row in
                row.first { $0.hasPrefix("pod/") }.map { [$0, row[3]] }
            }
        )
        let result = try await self.describe("pods", "-n", "shop")
        var told: Set<[String]> = []
        for description in result.output.components(separatedBy: "\n\n\n") {
            let name = field("Name", of: description) ?? ""
            for event in DescribeCommandTests.rows(of: "Events:", in: description).dropFirst(2) {
                told.insert(["pod/\(name)", cells(event)[1]])
            }
        }
        let pods = try await RegistreeProgram.run(
            "get",
            "pods",
            "-n",
            "shop",
            "-o",
            "name",
            "-f",
            Self.cluster
        )
        let living = Set(pods.lines.map { String($0) })
        #expect(told == events.filter { living.contains($0[0]) })
        #expect(told.count > 30)
    }

    @Test func followsOwnersToTheRootAndListsWhatIsOwned() async throws {
        let pod = try await self.describe("pod/api-55799d4689-kvpl8", "-n", "shop")
        #expect(
            Self.rows(of: "Owners:", in: pod.output) == [
                "  ReplicaSet/api-55799d4689 (apps/v1): controller, blocks its deletion",
                "    owned by Deployment/api (apps/v1): controller, blocks its deletion",
            ]
        )
        let deployment = try await self.describe("deployment", "api", "-n", "shop")
        #expect(
            Self.rows(of: "Owned Objects:", in: deployment.output).map { $0.split(separator: " ").last ?? "" }
                == [
                    "api-55799d4689", "api-5bcb7c4b6b", "api-7556b9b56f", "api-766d4f5647",
                ]
        )
        let service = try await self.describe("svc/api", "-n", "shop")
        #expect(Self.rows(of: "Owned Objects:", in: service.output) == ["  EndpointSlice (1):  api-4dqgs"])
        #expect(
            Self.rows(of: "Endpoints:", in: service.output).contains { $0.contains("10.244.0.4:8080  http") }
        )
    }

    @Test func tellsWhatEtcdSays() async throws {
        let pair = try #require(
            try Truth.pair("/registry/masterleases/192.168.77.10", in: "cluster-1.36/kv.json")
        )
        let result = try await self.describe("masterleases/192.168.77.10")
        let lease = String(pair.lease ?? 0, radix: 16)
        #expect(
            Self.rows(of: "Stored In etcd:", in: result.output) == [
                "  Key:         \(pair.name)", "  Created:     revision \(pair.createRevision)",
                "  Changed:     revision \(pair.modRevision)",
                "  Version:     \(pair.version) (changed \(pair.version - 1) times)",
                "  Lease:       \(lease), granted for 15s", "  Size:        \(pair.value.count) B",
                "  Encoding:    protobuf", "  Encryption:  plain, not encrypted",
            ]
        )
        let definition = try await self.describe("crd/widgets.acme.example.com")
        #expect(
            definition.output.contains(
                "Kind:              CustomResourceDefinition (apiextensions.k8s.io/v1)\n"
            )
        )
        #expect(definition.output.contains("  Stored As:   apiextensions.k8s.io/v1beta1\n"))
    }

    /// The values of all Secrets, as base64 and as they are; of tokens not the namespace, which all may know.
    private func secretValues(file: String, _ options: [String] = []) async throws -> [String] {
        let json = try await RegistreeProgram.run(
            ["get", "secrets", "-A", "-o", "json", "-f", file] + options
        )
        let items = try Document(json: json.standardOutput).root["items"]?.elements ?? []
        return items.flatMap { item in
            (item["data"]?.members ?? []).filter { $0.name != "namespace" }.flatMap { _, value -> [String] in
                let text = value.string ?? ""
                let plain = Data(base64Encoded: text).map { String(decoding: $0, as: UTF8.self) } ?? ""
                return [text, plain]
            }
        }.filter { $0.utf8.count >= 8 }
    }

    @Test func tellsNoSecret() async throws {
        let values = try await self.secretValues(file: Self.cluster)
        #expect(values.count > 100)
        let result = try await self.describe("secrets", "-A")
        #expect(result.lines.filter { $0.hasPrefix("Name:") }.count == 84)
        let told = Set(values.filter { result.output.contains($0) })
        #expect(told.isEmpty)
    }

    @Test func opensEncryptedSecretsWithTheirKeyAlone() async throws {
        let configuration = Repository.fixture("encrypted/aescbc/encryption-configuration.yaml").string
        let named = try await self.describe("secret/api-creds", "-n", "shop", file: Self.encrypted)
        #expect(named.exitCode == 1)
        #expect(named.output == "")
        #expect(named.errors.contains("/registry/secrets/shop/api-creds cannot be read: it is encrypted"))
        let closed = try await self.describe("secrets", "-n", "shop", file: Self.encrypted)
        #expect(closed.exitCode == 0)
        #expect(closed.output.contains("  Encryption:  aescbc key \"key1\"\n"))
        #expect(
            closed.output.contains("  Content:     not readable: open it with --encryption-config FILE\n")
        )
        #expect(!closed.output.contains("Data:"))
        let options = ["--encryption-config", configuration]
        let open = try await RegistreeProgram.run(
            ["describe", "secrets", "-A", "-f", Self.encrypted] + options
        )
        #expect(open.output.contains("  password:  48 bytes\n"))
        let values = try await self.secretValues(file: Self.encrypted, options)
        #expect(!values.isEmpty)
        #expect(Set(values.filter { open.output.contains($0) }).isEmpty)
    }

    @Test func selectsByLabels() async throws {
        let result = try await self.describe("deploy", "-A", "-l", "app=cart")
        let names = result.lines.filter { $0.hasPrefix("Name:") }.map { words($0[...]).last ?? "" }
        #expect(!names.isEmpty)
        #expect(Set(names) == ["cart"])
    }

    @Test func saysWhatIsMissingAsGetDoes() async throws {
        for arguments in [
            ["pod/nope", "-n", "shop"], ["pods", "-n", "nowhere"], ["podz"], ["pod/web", "-A"],
        ] {
            let described = try await RegistreeProgram.run(["describe", "-f", Self.cluster] + arguments)
            let got = try await RegistreeProgram.run(["get", "-f", Self.cluster] + arguments)
            #expect(described.exitCode == got.exitCode)
            #expect(described.errors == got.errors)
            #expect(described.output.isEmpty)
        }
    }

    @Test func describesEveryObjectOfTheCluster() async throws {
        let result = try await self.describe("*", "-A")
        #expect(result.exitCode == 0)
        #expect(result.lines.filter { $0.hasPrefix("Name:") }.count == 1401)
        #expect(!result.output.contains("Not Decoded"))
    }

    /// The lines below `heading`.
    private static func rows(of heading: String, in text: String) -> [String] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return Array(lines.drop { $0 != heading }.dropFirst().prefix { $0.hasPrefix(" ") })
    }

    private func events(of text: String) -> [String] {
        Self.rows(of: "Events:", in: text).filter { !$0.contains("----") }
    }
}

/// The value of a field that is not indented.
private func field(_ name: String, of text: String) -> String? {
    text.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
}

/// The cells of a row, which stand two spaces apart.
private func cells(_ row: String) -> [String] {
    row.components(separatedBy: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
}
