import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// `registree helm` on releases in a real etcd, put there with `encode` and `put`.
struct HelmTests {
    @Test func opensTheReleasesOfALiveEtcd() async throws {
        let path = Repository.fixture("helm/releases.json").string
        let cases = try Document(json: Array(Data(contentsOf: URL(filePath: path)))).root.elements
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(.v35, in: directory)
            try await withRealEtcd(plan) { etcd in
                let endpoint = ["--endpoints", etcd.endpoint]
                for one in cases {
                    if let object = one["object"] { try await store(object, in: directory, endpoint) }
                }
                let newest = try await RegistreeProgram.run(["helm", "list"] + endpoint)
                #expect(newest.errors.isEmpty)
                #expect(newest.lines.count == 2)
                #expect(
                    newest.output.contains(
                        "shop   web         5          2026-11-22T09:30:00.5+01:00   deployed"
                    )
                )
                let history = try await RegistreeProgram.run(["helm", "history", "shop"] + endpoint)
                #expect(history.lines.dropFirst().map { $0.prefix(1) } == ["1", "2", "4", "5"])
                let values = try await RegistreeProgram.run(["helm", "values", "shop"] + endpoint)
                #expect(values.output == "image:\n  tag: v7\nreplicas: 3\n")
                let first = try await RegistreeProgram.run(
                    ["helm", "values", "shop", "--release-revision", "1"] + endpoint
                )
                #expect(first.output == "{}\n")
                let manifest = try await RegistreeProgram.run(
                    ["helm", "manifest", "shop", "--release-revision", "2", "-n", "web"] + endpoint
                )
                let truth = cases.first { $0["release", "version"]?.integer == 2 }
                #expect(manifest.output == truth?["release", "manifest"]?.string)
                // On a terminal, which ends lines with a carriage return too, a line stays a line.
                let manifestWords = ["manifest", "shop", "--release-revision", "2", "-n", "web"]
                for words in [["values", "shop"], manifestWords] {
                    let piped = try await RegistreeProgram.run(["helm"] + words + endpoint)
                    let program = try RegistreeProgram.located()
                    let line = ([program.path.string, "helm"] + words + endpoint).joined(separator: " ")
                    let shown = try await RealPrograms.named("script").succeed(
                        ["-qec", line, "/dev/null"],
                        environment: program.environment
                    )
                    #expect(shown.output == piped.output.replacing("\n", with: "\r\n"))
                }
                let missing = try await RegistreeProgram.run(["helm", "history", "nope"] + endpoint)
                #expect(missing.exitCode == 1)
                #expect(missing.errors.contains("no Helm release is called \"nope\""))
                try await self.showNoOtherRevision(than: values.output, in: directory, endpoint)
                // What etcdctl prints can be decoded, its line's end included.
                let key = "/registry/secrets/web/sh.helm.release.v1.shop.v2"
                let printed = try await etcd.etcdctl("get", "--print-value-only", key)
                let file = directory.appending("printed")
                try Data(printed.standardOutput).write(to: URL(filePath: file.string))
                let decoded = try await RegistreeProgram.run("decode", "--meta-only", input: file)
                #expect(decoded.output.contains("name: sh.helm.release.v1.shop.v2\n"))
            }
        }
    }

    /// A newest revision that cannot be read is not passed over for an older one.
    private func showNoOtherRevision(
        than values: String,
        in directory: FilePath,
        _ endpoint: [String]
    ) async throws {
        let name = "sh.helm.release.v1.shop.v6"
        let key = "/registry/secrets/web/\(name)"
        let notBase64 = try Document(
            json: Array(
                #"""
                {"apiVersion": "v1", "kind": "Secret", "type": "helm.sh/release.v1",
                 "metadata": {"name": "\#(name)", "namespace": "web"}, "data": {"release": "Kg=="}}
                """#.utf8
            )
        )
        for value in [nil, notBase64.root] {
            if let value {
                try await store(value, in: directory, endpoint)
            } else {
                let put = try await RegistreeProgram.run(["put", key, "{\"kind\":"] + endpoint)
                #expect(put.exitCode == 0)
            }
            for words in [["values", "shop"], ["values", "shop", "--defaults"], ["manifest", "shop"]] {
                let result = try await RegistreeProgram.run(["helm"] + words + endpoint)
                #expect(result.exitCode == 1)
                #expect(result.output == "")
                #expect(result.errors.hasPrefix("Error: \(key) cannot be read: "))
            }
            let older = try await RegistreeProgram.run(
                ["helm", "values", "shop", "--release-revision", "5"] + endpoint
            )
            #expect(older.exitCode == 0)
            #expect(older.output == values)
            for words in [["list"], ["history", "shop"]] {
                let result = try await RegistreeProgram.run(["helm"] + words + endpoint)
                #expect(result.exitCode == 1)
                #expect(result.lines.count == (words == ["list"] ? 2 : 5))
                #expect(result.errors.contains("1 object is not decoded and left out:\n  \(key): "))
                let ignoring = try await RegistreeProgram.run(
                    ["helm"] + words + ["--ignore-unreadable"] + endpoint
                )
                #expect(ignoring.exitCode == 0)
                #expect(ignoring.output == result.output)
            }
        }
        let deleted = try await RegistreeProgram.run(["delete", key] + endpoint)
        #expect(deleted.exitCode == 0)
    }
}

private func store(_ object: Value, in directory: FilePath, _ endpoint: [String]) async throws {
    var writer = JSONWriter()
    writer.write(object)
    let file = directory.appending("object")
    try Data(writer.bytes).write(to: URL(filePath: file.string))
    let encoded = try await RegistreeProgram.run("encode", input: file)
    #expect(encoded.exitCode == 0, "\(encoded.errors)")
    try Data(encoded.standardOutput).write(to: URL(filePath: file.string))
    let kind = object["kind"]?.string == "Secret" ? "secrets" : "configmaps"
    let metadata = object["metadata"]
    let key = "/registry/\(kind)/\(metadata?["namespace"]?.string ?? "")/\(metadata?["name"]?.string ?? "")"
    let put = try await RegistreeProgram.run(["put", key] + endpoint, input: file)
    #expect(put.exitCode == 0, "\(put.errors)")
}
