import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registree get`, as its users run it.
struct GetCommandTests {
    private static let cluster = Repository.fixture("cluster-1.36/with-history.db").string
    private static let nothing = Repository.fixture("plain-etcd/auth-and-leases.db").string

    @Test(arguments: [
        ("po", "pods"), ("svc", "services"), ("deployment", "deployments"), ("no", "nodes"),
        ("cj", "cronjobs"), ("secrets", "secrets"), ("widget", "widgets.acme.example.com"),
        ("crds", "customresourcedefinitions"), ("pv", "persistentvolumes"),
        ("endpointslices", "endpointslices"),
    ])
    func showsTheNamesThatKubectlShows(typed: String, file: String) async throws {
        let path = Repository.fixture("cluster-1.36/kubectl/get-\(file).txt").string
        let truth = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(words)
        let columns = truth.first?.first == "NAMESPACE" ? 2 : 1
        let result = try await RegistreeProgram.run("get", typed, "-A", "-f", Self.cluster)
        #expect(result.exitCode == 0)
        #expect(result.errors.isEmpty)
        let shown = result.lines.map { Array(words($0[...]).prefix(columns)) }
        #expect(shown == truth.map { Array($0.prefix(columns)) })
    }

    @Test func printsNamesAsKubectlDoes() async throws {
        let result = try await RegistreeProgram.run(
            "get",
            "statefulsets,cm",
            "-n",
            "default",
            "-o",
            "name",
            "-f",
            Self.cluster
        )
        #expect(result.lines == ["configmap/kube-root-ca.crt", "configmap/openshift-service-ca.crt"])
    }

    @Test func printsWhatEtcdSaysOfAKey() async throws {
        let key = "/registry/masterleases/192.168.77.10"
        let pair = try #require(try Truth.pair(key, in: "cluster-1.36/kv.json"))
        let result = try await RegistreeProgram.run(
            "get",
            "masterleases",
            "-o",
            "etcd",
            "--no-headers",
            "-f",
            Self.cluster
        )
        let lease = pair.lease.map { String($0, radix: 16) } ?? "-"
        let expected = [
            pair.name, "\(pair.createRevision)", "\(pair.modRevision)", "\(pair.version)", lease,
            "\(pair.value.count)",
        ]
        #expect(result.lines.map { words($0[...]) } == [expected])
    }

    @Test func saysWhichNameIsMissing() async throws {
        let result = try await RegistreeProgram.run(
            "get",
            "no",
            "node-0.example.internal",
            "nope",
            "-f",
            Self.cluster
        )
        #expect(result.exitCode == 1)
        #expect(result.lines.map { words($0[...])[0] } == ["NAME", "node-0.example.internal"])
        #expect(result.errors == "Error: nodes \"nope\" not found at revision 2865\n")
    }

    @Test func saysThatANamespaceIsEmpty() async throws {
        let result = try await RegistreeProgram.run("get", "pods", "-n", "nowhere", "-f", Self.cluster)
        #expect(result.exitCode == 0)
        #expect(result.output.isEmpty)
        #expect(result.errors == "No resources found in nowhere namespace.\n")
    }

    @Test func namesTheNearestResource() async throws {
        let result = try await RegistreeProgram.run("get", "podz", "-f", Self.cluster)
        #expect(result.exitCode == 3)
        #expect(result.errors.hasPrefix("Error: no resource is called \"podz\"\n  did you mean pods"))
    }

    @Test(arguments: [["get", "po", "web", "-A"], ["get", "po/web", "svc"], ["get", "po/"]])
    func refusesWhatCannotBeMeant(arguments: [String]) async throws {
        let result = try await RegistreeProgram.located().run(arguments + ["-f", Self.cluster])
        #expect(result.exitCode == 3)
        #expect(result.output.isEmpty)
    }

    @Test func takesTheSourceFromTheEnvironment() async throws {
        let named = try await RegistreeProgram.run("get", "no", environment: ["REGISTREE_FROM": Self.cluster])
        #expect(named.exitCode == 0)
        #expect(named.lines.count == 4)
        let wins = try await RegistreeProgram.run(
            "get",
            "no",
            "-f",
            "/nowhere",
            environment: ["REGISTREE_FROM": Self.cluster]
        )
        #expect(wins.exitCode == 3)
        #expect(wins.errors.contains("/nowhere: no such file"))
    }

    @Test func showsNoDeletedObject() async throws {
        let keys = try String(contentsOf: Truth.url("cluster-1.36/keys.txt"), encoding: .utf8)
            .split(separator: "\n").filter { $0.hasPrefix("/registry/pods/") }
        let shown = try await RegistreeProgram.run(
            "get",
            "pods",
            "-A",
            "-o",
            "etcd",
            "--no-headers",
            "-f",
            Self.cluster
        )
        #expect(shown.lines.map { words($0[...]).first ?? "" } == keys.map(String.init))
    }

    @Test func comparesTheDigestWhenAsked() async throws {
        try await withTemporaryDirectory { directory in
            var bytes = try Data(contentsOf: URL(filePath: Self.nothing))
            bytes[bytes.count - 1] ^= 1
            let path = directory.appending("changed.db").string
            try bytes.write(to: URL(filePath: path))
            let trusting = try await RegistreeProgram.run("get", "other", "-f", path)
            #expect(trusting.exitCode == 0)
            let checking = try await RegistreeProgram.run("get", "other", "-f", path, "--check")
            #expect(checking.exitCode == 4)
            #expect(checking.output.isEmpty)
        }
    }
}

/// The words of a line.
func words(_ line: Substring) -> [String] {
    line.split(separator: " ").map(String.init)
}
