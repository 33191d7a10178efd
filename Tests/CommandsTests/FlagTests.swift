import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// Flags that no other test types.
struct FlagTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string
    private static let plain = Repository.fixture("plain-etcd/auth-and-leases.db").string

    @Test(arguments: [
        (["get", "pods", "-n", "shop", "-o", "name"], ["get", "pods", "--namespace", "shop", "-o", "name"]),
        (["get", "pods", "-A"], ["get", "pods", "--all-namespaces"]),
        (["get", "pods", "-A", "-l", "app"], ["get", "pods", "-A", "--selector", "app"]),
        (["get", "pods", "-A", "-L", "app"], ["get", "pods", "-A", "--label-columns", "app"]),
        (["list"], ["list", "--etcd-prefix", "/registry"]),
        (["tree", "--depth", "3"], ["tree", "--depth", "3", "--etcd-prefix", "registry/"]),
    ])
    func meansTheSameInShortAndInLong(short: [String], long: [String]) async throws {
        let one = try await RegistreeProgram.run(short + ["-f", Self.cluster])
        let other = try await RegistreeProgram.run(long + ["--file", Self.cluster])
        #expect(one.exitCode == 0)
        #expect(one.lines.count > 1)
        #expect(one.output == other.output)
        #expect(one.errors == other.errors)
    }

    @Test func writesWhatEtcdutlDoesInShortAndInLong() async throws {
        let one = try await RegistreeProgram.run("status", "-w", "fields", Self.cluster)
        let other = try await RegistreeProgram.run("status", "--write-out", "fields", Self.cluster)
        #expect(one.output.hasPrefix("\"Hash\" : "))
        #expect(one.output == other.output)
    }

    @Test func looksBelowTheGivenRootAlone() async throws {
        let result = try await RegistreeProgram.run(
            "list",
            "--etcd-prefix",
            "/elsewhere",
            "-f",
            Self.cluster
        )
        #expect(result.exitCode == 0)
        #expect(result.errors == "No resources found.\n")
    }

    @Test func showsLabelsInColumns() async throws {
        let json = try await RegistreeProgram.run("get", "pods", "-A", "-o", "jsonl", "-f", Self.cluster)
        let pods = try json.lines.map { try Document(json: Array($0.utf8)).root }
        let labels = pods.map { $0["metadata", "labels"]?.members ?? [] }
        #expect(labels.contains { $0.contains { $0.name == "app" } })
        let arguments = ["get", "pods", "-A", "--no-headers", "-f", Self.cluster]
        let columns = try await RegistreeProgram.run(arguments + ["--show-labels"])
        #expect(
            columns.lines.map { $0.split(separator: " ").last.map(String.init) }
                == labels.map { labels in
                    let texts = labels.map { "\($0.name)=\($0.value.string ?? "")" }.sorted()
                    return texts.isEmpty ? "<none>" : texts.joined(separator: ",")
                }
        )
        let column = try await RegistreeProgram.run(arguments + ["-L", "app"])
        for (line, labels) in zip(column.lines, labels) {
            guard let app = labels.first(where: { $0.name == "app" })?.value.string else { continue }
            #expect(line.hasSuffix(" \(app)"))
        }
        #expect(column.lines.count == labels.count)
    }

    @Test func selectsInEveryFormat() async throws {
        let arguments = ["get", "pods", "-A", "-l", "app", "--no-headers", "-f", Self.cluster]
        let table = try await RegistreeProgram.run(arguments)
        #expect(table.lines.count > 0)
        for format in ["name", "etcd", "jsonl", "custom-columns=N:.metadata.name"] {
            let result = try await RegistreeProgram.run(arguments + ["-o", format])
            #expect(result.lines.count == table.lines.count, "\(format)")
        }
        let all = try await RegistreeProgram.run("get", "pods", "-A", "--no-headers", "-f", Self.cluster)
        #expect(all.lines.count > table.lines.count)
    }

    @Test(arguments: [("protobuf", "k8s\0"), ("json", "{\""), ("cbor", "\u{d9}\u{d9}\u{f7}")])
    func encodesAsItIsTold(encoding: String, beginning: String) async throws {
        try await withTemporaryDirectory { directory in
            let file = directory.appending("object.yaml")
            try Data("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: one\n".utf8)
                .write(to: URL(filePath: file.string))
            let result = try await RegistreeProgram.run("encode", "--encoding", encoding, input: file)
            #expect(result.exitCode == 0)
            let scalars = beginning.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            #expect(result.standardOutput.starts(with: scalars))
        }
    }

    @Test func excludesAFileBesideEndpoints() async throws {
        let result = try await RegistreeProgram.run(
            "list",
            "-f",
            Self.cluster,
            "--endpoints",
            "127.0.0.1:1"
        )
        #expect(result.exitCode == 3)
        #expect(result.errors == "Error: -f FILE and --endpoints exclude each other\n")
    }
}
