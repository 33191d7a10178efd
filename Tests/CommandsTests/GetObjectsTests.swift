import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// `registree get` on whole objects, held to what kubectl printed of the same cluster.
struct GetObjectsTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string

    @Test func printsEveryObjectOfTheClusterAsKubectlDoes() async throws {
        let resources = try text("cluster-1.36/resources.txt").split(separator: "\n").joined(separator: ",")
        let result = try await RegistreeProgram.run(
            "get",
            resources,
            "-A",
            "-o",
            "yaml",
            "--show-managed-fields",
            "-f",
            Self.cluster
        )
        #expect(result.exitCode == 0)
        #expect(result.errors.isEmpty)
        let expected = try text("cluster-1.36/objects.yaml")
        let difference = zip(result.output.split(separator: "\n"), expected.split(separator: "\n")).first {
            $0 != $1
        }
        #expect(difference == nil)
        #expect(result.output.utf8.count == expected.utf8.count)
    }

    @Test func printsAListOfSeveralResourcesAsKubectlDoes() async throws {
        let result = try await RegistreeProgram.run(
            "get",
            "deploy,svc,cm",
            "-n",
            "monitoring",
            "-o",
            "yaml",
            "-f",
            Self.cluster
        )
        #expect(result.output == (try text("cluster-1.36/kubectl/get-deploy-svc-cm-monitoring.yaml")))
    }

    /// A category is several resources.
    @Test func printsAListOfSeveralObjectsOfOneName() async throws {
        for format in ["yaml", "json"] {
            let result = try await RegistreeProgram.run(
                ["get", "all", "web", "-n", "x", "-o", format, "-f", Self.cluster]
            )
            let bytes = Array(result.standardOutput)
            let document = try format == "yaml" ? Document(yaml: bytes) : Document(json: bytes)
            #expect(document.root["kind"]?.string == "List")
            let kinds = document.root["items"]?.elements.compactMap { $0["kind"]?.string } ?? []
            #expect(kinds.sorted() == ["Deployment", "HorizontalPodAutoscaler", "Service"])
        }
    }

    @Test(arguments: [
        "pods", "deployments", "nodes", "services", "secrets", "cronjobs", "endpointslices",
        "customresourcedefinitions", "persistentvolumes", "widgets.acme.example.com",
    ])
    func printsTablesAsKubectlDoes(resource: String) async throws {
        let time = try text("cluster-1.36/kubectl/taken-at.txt").trimmingCharacters(
            in: .whitespacesAndNewlines
        )
        let arguments = ["get", resource, "-A", "--age-from", time, "-f", Self.cluster]
        for (format, ending) in [([], ""), (["-o", "wide"], "-wide")] {
            let result = try await RegistreeProgram.located().run(arguments + format)
            #expect(result.output == (try text("cluster-1.36/kubectl/get-\(resource)\(ending).txt")))
        }
    }

    @Test(arguments: ["aescbc", "secretbox"])
    func opensEncryptedObjectsWithTheirConfiguration(provider: String) async throws {
        let objects = try Document(yaml: Array(text("encrypted/\(provider)/objects.yaml").utf8)).root["items"]
        let result = try await RegistreeProgram.run(
            "get",
            "*",
            "-A",
            "-o",
            "jsonl",
            "--show-managed-fields",
            "--encryption-config",
            Repository.fixture("encrypted/\(provider)/encryption-configuration.yaml").string,
            "-f",
            Repository.fixture("encrypted/\(provider)/snapshot.db").string
        )
        #expect(result.errors.isEmpty)
        var shown: [String: Value] = [:]
        for line in result.lines {
            let object = try Document(json: Array(line.utf8)).root
            shown[identity(of: object)] = object
        }
        var count = 0
        for object in objects?.elements ?? [] {
            count += 1
            let ours = try #require(shown[identity(of: object)])
            #expect(json(ours) == json(object))
        }
        #expect(count == 266)
    }

    @Test func listsEncryptedObjectsWithoutTheirKey() async throws {
        let result = try await RegistreeProgram.run(
            "get",
            "secrets",
            "-n",
            "shop",
            "-f",
            Repository.fixture("encrypted/aescbc/snapshot.db").string
        )
        #expect(result.exitCode == 0)
        #expect(result.lines.dropFirst().allSatisfy { $0.contains("<encrypted: aescbc key \"key1\">") })
        #expect(
            result.errors.contains(
                "encrypted with aescbc key \"key1\": open them with --encryption-config FILE"
            )
        )
    }

    @Test func saysWhenTheKeyIsAnother() async throws {
        let result = try await RegistreeProgram.run(
            "get",
            "secrets",
            "-A",
            "-o",
            "yaml",
            "--encryption-config",
            Repository.fixture("encrypted/secretbox/encryption-configuration.yaml").string,
            "-f",
            Repository.fixture("encrypted/aescbc/snapshot.db").string
        )
        #expect(result.exitCode == 1)
        #expect(result.errors.contains("36 objects are encrypted with aescbc key \"key1\""))
        #expect(result.errors.contains("the configuration has no provider of that name"))
    }

    @Test func readsCustomResourcesInJSONAndCBOR() async throws {
        let source = Repository.fixture("codec/cbor-json-encrypted.db").string
        let kinds = try await RegistreeProgram.run("api-resources", "--no-headers", "-f", source)
        let widgets = kinds.lines.filter { $0.hasPrefix("widgets") }
        #expect(widgets.count == 2)
        #expect(widgets.allSatisfy { $0.contains("cbor:1,json:1") })
        let result = try await RegistreeProgram.run(
            "get",
            "widgets.ns.example.com",
            "-A",
            "-o",
            "jsonl",
            "-f",
            source
        )
        let objects = try result.lines.map { try Document(json: Array($0.utf8)).root }
        #expect(objects.count == 2)
        #expect(objects.allSatisfy { $0["kind"]?.string == "Widget" && $0["spec"] != nil })
    }

    @Test func selectsByLabelsAndFields() async throws {
        let running = try await RegistreeProgram.run(
            "get",
            "pods",
            "-A",
            "--field-selector",
            "status.phase=Running",
            "-o",
            "name",
            "-f",
            Self.cluster
        )
        let labelled = try await RegistreeProgram.run(
            "get",
            "pods",
            "-A",
            "-l",
            "app in (api),pod-template-hash",
            "-o",
            "name",
            "-f",
            Self.cluster
        )
        let objects = try Document(yaml: Array(text("cluster-1.36/objects.yaml").utf8)).root["items"]
        let pods = objects?.elements.filter { $0["kind"]?.string == "Pod" } ?? []
        #expect(running.lines.count == pods.count { $0["status", "phase"]?.string == "Running" })
        #expect(
            labelled.lines.count
                == pods.count {
                    let labels = $0["metadata", "labels"]
                    return labels?["app"]?.string == "api" && labels?["pod-template-hash"] != nil
                }
        )
        #expect(!running.lines.isEmpty && !labelled.lines.isEmpty)
        let wrong = try await RegistreeProgram.run(
            "get",
            "pods",
            "--field-selector",
            "spec.colour=red",
            "-f",
            Self.cluster
        )
        #expect(wrong.exitCode == 3)
        #expect(wrong.errors.contains("only by metadata.name, metadata.namespace"))
    }

    @Test func printsTemplatesAndColumnsAndSorts() async throws {
        let path = try await RegistreeProgram.run(
            "get",
            "nodes",
            "-o",
            #"jsonpath={range .items[*]}{.metadata.name}{"\n"}{end}"#,
            "-f",
            Self.cluster
        )
        #expect(
            path.lines == ["node-0.example.internal", "node-1.example.internal", "node-2.example.internal"]
        )
        let one = try await RegistreeProgram.run(
            "get",
            "node",
            "node-1.example.internal",
            "-o",
            "jsonpath={.metadata.name}",
            "-f",
            Self.cluster
        )
        #expect(one.output == "node-1.example.internal")
        let columns = try await RegistreeProgram.run(
            "get",
            "pv",
            "-o",
            "custom-columns=NAME:.metadata.name,SIZE:.spec.capacity.storage",
            "--sort-by",
            ".spec.capacity.storage",
            "-f",
            Self.cluster
        )
        #expect(columns.lines == ["NAME   SIZE", "pv-0   10Gi", "pv-1   20Gi", "pv-2   30Gi", "pv-3   40Gi"])
    }
}

private func text(_ fixture: String) throws -> String {
    try String(contentsOfFile: Repository.fixture(fixture).string, encoding: .utf8)
}

private func identity(of object: Value) -> String {
    let version = object["apiVersion"]?.string ?? ""
    let group = version.split(separator: "/").count > 1 ? version.split(separator: "/")[0] : ""
    let metadata = object["metadata"]
    return
        "\(group) \(object["kind"]?.string ?? "") \(metadata?["namespace"]?.string ?? "") \(metadata?["name"]?.string ?? "")"
}

private func json(_ value: Value) -> String {
    var writer = JSONWriter()
    writer.write(value)
    return String(decoding: writer.bytes, as: UTF8.self)
}
