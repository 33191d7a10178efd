import SystemPackage
import TestSupport
import Testing

/// A user of etcd who may read one root alone, as each tenant of a shared etcd has one.
struct LimitedUserTests {
    @Test(arguments: EtcdRelease.allCases)
    func readsTheOneRootThatMayBeRead(release: EtcdRelease) async throws {
        try await withTenants(release) { etcd in
            let connection = ["--endpoints", etcd.endpoint, "--user", "t0:pw"]
            func run(_ command: [String]) async throws -> ProgramResult {
                let result = try await RegistreeProgram.run(command + connection)
                #expect(result.exitCode == 0, "\(command): \(result.errors)")
                return result
            }
            for root in ["/tenant-00", "/tenant-00/", "tenant-00"] {
                let prefix = ["--etcd-prefix", root]
                #expect(try await run(["get", "cm", "-A", "-o", "name"] + prefix).lines == ["configmap/x"])
                #expect(try await run(["list", "-A"] + prefix).output.contains("configmaps"))
                #expect(try await run(["tree", "--depth", "4"] + prefix).output.contains("x"))
                #expect(try await run(["api-resources", "-o", "name"] + prefix).lines == ["configmaps"])
                #expect(try await run(["describe", "cm/x", "-n", "shop"] + prefix).output.contains("x"))
                let keys = try await run(["keys", "--keys-only"] + prefix)
                #expect(keys.lines == ["/tenant-00/configmaps/shop/x"])
            }
            let typed = try await run(["keys", "/tenant-00/", "--prefix", "--keys-only"])
            #expect(typed.lines == ["/tenant-00/configmaps/shop/x"])
            // A name that nothing explains is looked for among all keys of the root, and of no other.
            let unknown = try await RegistreeProgram.run(
                ["get", "widgets", "--etcd-prefix", "/tenant-00"] + connection
            )
            #expect(unknown.exitCode == 3)
            #expect(!unknown.errors.contains("permission denied"))
        }
    }

    @Test func namesWhatMayNotBeReadAndTheOption() async throws {
        let definitions = "/registry/apiextensions.k8s.io/customresourcedefinitions/"
        let refused: [([String], String)] = [
            (["list"], "all keys"),
            (["tree"], "all keys"),
            (["api-resources"], "all keys"),
            (["keys"], "all keys"),
            (["keys", "/b", "--from-key"], "the keys from \"/b\" on"),
            (["keys", "/tenant-01/configmaps/shop/y"], "the key \"/tenant-01/configmaps/shop/y\""),
            (["list", "--etcd-prefix", "/tenant-01"], "the keys that begin with \"/tenant-01/\""),
            (["keys", "--etcd-prefix", "tenant-01/"], "the keys that begin with \"/tenant-01/\""),
            (["get", "cm", "-A"], "the keys that begin with \"\(definitions)\""),
        ]
        try await withTenants { etcd in
            for (command, range) in refused {
                let connection = ["--endpoints", etcd.endpoint, "--user", "t0:pw"]
                let result = try await RegistreeProgram.run(command + connection)
                #expect(result.exitCode == 1)
                #expect(result.output == "")
                let sentence = "user t0 has no right to read \(range) (permission denied)"
                #expect(result.errors.contains(sentence), "\(result.errors)")
                #expect(result.errors.contains("--etcd-prefix ROOT"))
            }
        }
    }

    @Test func refusesAKeyBesideARoot() async throws {
        let result = try await RegistreeProgram.run("keys", "/a", "--etcd-prefix", "/registry", "-f", "none")
        #expect(result.exitCode == 3)
        #expect(result.errors.contains("--etcd-prefix and a key exclude each other"))
    }

    @Test func printsTheKeysBelowARootOfASnapshotToo() async throws {
        let file = Repository.fixture("cluster-1.36/with-history.db").string
        let below = try await RegistreeProgram.run("keys", "--etcd-prefix", "registry", "-f", file)
        let typed = try await RegistreeProgram.run("keys", "/registry/", "--prefix", "-f", file)
        #expect(below.exitCode == 0)
        #expect(below.lines.count > 1000)
        #expect(below.standardOutput == typed.standardOutput)
    }
}

/// Runs `body` with a real etcd of two roots, of which user `t0` may read the first.
private func withTenants(
    _ release: EtcdRelease = .v35,
    _ body: (RealEtcd) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        try await withRealEtcd(EtcdPlan(release, in: directory)) { etcd in
            for (tenant, name) in [("tenant-00", "x"), ("tenant-01", "y")] {
                let metadata = #"{"name":"\#(name)","namespace":"shop"}"#
                let map = #"{"apiVersion":"v1","kind":"ConfigMap","metadata":\#(metadata)}"#
                try await etcd.etcdctl("put", "/\(tenant)/configmaps/shop/\(name)", map)
            }
            try await etcd.etcdctl("user", "add", "root:rootword")
            try await etcd.etcdctl("user", "add", "t0:pw")
            if release == .v34 { try await etcd.etcdctl("role", "add", "root") }
            try await etcd.etcdctl("user", "grant-role", "root", "root")
            try await etcd.etcdctl("role", "add", "t0")
            try await etcd.etcdctl(
                "role",
                "grant-permission",
                "t0",
                "readwrite",
                "/tenant-00/",
                "--prefix=true"
            )
            try await etcd.etcdctl("user", "grant-role", "t0", "t0")
            try await etcd.etcdctl("auth", "enable")
            try await body(etcd)
        }
    }
}
