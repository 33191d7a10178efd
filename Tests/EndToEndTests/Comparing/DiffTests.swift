import Foundation
import KubernetesCodec
import Operations
import SystemPackage
import TestSupport
import Testing

/// `registree diff` between snapshots of a real etcd, its revisions, the live etcd, and what was restored.
struct DiffTests {
    private static let deployment = #"""
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "shop",
          "labels": {"app": "web"}}, "spec": {"replicas": 2, "template": {"spec": {"containers":
          [{"name": "web", "image": "nginx:1.25"}, {"name": "side", "image": "envoy:1"}]}}},
          "status": {"readyReplicas": 2}}
        """#
    private static let changedDeployment = deployment.replacing("nginx:1.25", with: "nginx:1.27")
        .replacing("\"readyReplicas\": 2", with: "\"readyReplicas\": 1")

    private static func secret(_ value: String) -> String {
        let stored = Data("canary-\(value)".utf8).base64EncodedString()
        return #"""
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "token", "namespace": "shop", "annotations":
              {"kubectl.kubernetes.io/last-applied-configuration": "canary-\#(value)",
              "kapp.k14s.io/original": "canary-\#(value)"}}, "data": {"key": "\#(stored)"}}
            """#
    }

    private static let canaries = ["canary-one", "canary-two", "Y2FuYXJ5LW9uZQ==", "Y2FuYXJ5LXR3bw=="]

    private static let event =
        #"{"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e", "namespace": "shop"}}"#

    private static func configMap(_ name: String) -> String {
        #"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "\#(name)", "namespace": "shop"}, "data": {"a": "b"}}"#
    }

    /// Runs `body` with a live etcd whose state was changed since `old.db` was taken of it, at the given revision.
    private func withChangedEtcd(
        _ body: (RealEtcd, _ old: FilePath, _ revision: String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(.v35, in: directory)) { etcd in
                func put(_ key: String, _ value: String) async throws {
                    try await etcd.etcdctl("put", "/registry/\(key)", value)
                }
                try await put(
                    "namespaces/shop",
                    #"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}"#
                )
                try await put("deployments/shop/web", Self.deployment)
                try await put("secrets/shop/token", Self.secret("one"))
                try await put("configmaps/shop/gone", Self.configMap("gone"))
                let old = directory.appending("old.db")
                let endpoint = ["--endpoints", etcd.endpoint]
                let taken = try await RegistreeProgram.run(["take", old.string] + endpoint)
                #expect(taken.exitCode == 0, "\(taken.errors)")
                let status = try await RegistreeProgram.run("status", "-o", "json", old.string)
                let revision = try Document(json: status.standardOutput).root["revision"]?.integer ?? 0
                try await put("deployments/shop/web", Self.changedDeployment)
                try await put("secrets/shop/token", Self.secret("two"))
                try await etcd.etcdctl("del", "/registry/configmaps/shop/gone")
                try await put("configmaps/shop/new", Self.configMap("new"))
                try await put("events/shop/e", Self.event)
                try await body(etcd, old, String(revision))
            }
        }
    }

    @Test func tellsWhatChangedSinceASnapshot() async throws {
        try await self.withChangedEtcd { etcd, old, revision in
            let endpoint = ["--endpoints", etcd.endpoint]
            let new = old.removingLastComponent().appending("new.db")
            _ = try await RegistreeProgram.run(["take", new.string] + endpoint)
            let expected = """
                NAMESPACE   RESOURCE           ADDED   REMOVED   CHANGED
                shop        configmaps         1       1         0
                shop        deployments.apps   0       0         1
                shop        secrets            0       0         1
                total                          1       1         2

                - configmaps shop/gone
                + configmaps shop/new
                ~ deployments.apps shop/web
                    ~ spec.template.spec.containers[name=web].image: "nginx:1.25" → "nginx:1.27"
                ~ secrets shop/token
                    ~ data.key: "*** (before)" → "*** (after)"
                    ~ metadata.annotations["kapp.k14s.io/original"]: "*** (before)" → "*** (after)"
                    ~ metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]: "*** (before)" → "*** (after)"

                """
            let files = try await RegistreeProgram.run("diff", old.string, new.string)
            #expect(files.exitCode == 1, "\(files.errors)")
            #expect(files.output == expected)
            #expect(files.errors == "")
            let revisions = try await RegistreeProgram.run("diff", "\(new)@\(revision)", new.string)
            #expect(revisions.output == expected)
            let live = try await RegistreeProgram.run(["diff", old.string, "live"] + endpoint)
            #expect(live.output == expected, "\(live.errors)")
            let both = try await RegistreeProgram.run(["diff", "live@\(revision)", "live"] + endpoint)
            #expect(both.output == expected, "\(both.errors)")
            try await self.compareParts(old, new)
            try await self.applyPatch(old, new)
            try await self.runExternalProgram(old, new)
        }
    }

    private func compareParts(_ old: FilePath, _ new: FilePath) async throws {
        func lines(_ words: String...) async throws -> [String] {
            let result = try await RegistreeProgram.run(["diff", old.string, new.string] + words)
            #expect(result.exitCode == (result.output.isEmpty ? 0 : 1), "\(result.errors)")
            for canary in Self.canaries {
                #expect(!result.output.contains(canary) && !result.errors.contains(canary))
            }
            return result.lines
        }
        #expect(try await lines("--include", "events").contains("+ events shop/e"))
        #expect(try await lines("--include=status,events").contains("    ~ status.readyReplicas: 2 → 1"))
        let everything = try await lines("--include", "all", "deployments")
        #expect(everything.contains { $0.contains("~ metadata.resourceVersion") })
        #expect(everything.count == 8, "\(everything)")
        #expect(try await lines("events").contains("+ events shop/e"))
        #expect(try await lines("events", "--include", "events").contains("+ events shop/e"))
        #expect(
            try await lines("-l", "app=web").filter { $0.hasPrefix("~") } == ["~ deployments.apps shop/web"]
        )
        #expect(try await lines("--selector", "app=none") == [])
        #expect(
            try await lines("cm", "--field-selector", "metadata.name=new").contains("+ configmaps shop/new")
        )
        #expect(try await lines("cm/new", "-n", "shop").filter { $0.hasPrefix("+") }.count == 1)
        #expect(try await lines("-n", "other") == [])
        #expect(try await lines("--namespace", "shop", "-o", "summary").count == 5)
        #expect(try await lines("-A", "--output", "summary", "--etcd-prefix", "/registry").count == 5)
        #expect(try await lines("-A", "-o", "summary", "--check", "--color", "always").count == 5)
        let json = try await lines("-o", "json").joined(separator: "\n")
        let root = try Document(json: Array(json.utf8)).root
        let changes = root["changes"]?.elements ?? []
        #expect(changes.map { $0.text("change") } == ["removed", "added", "changed", "changed"])
        #expect(changes[2].list("fields").first?["new"]?.string == "nginx:1.27")
        #expect(root["total", "changed"]?.integer == 2)
        let none = try await RegistreeProgram.run("diff", old.string, old.string, "-o", "json")
        #expect(none.exitCode == 0)
        #expect(try Document(json: none.standardOutput).root["changes"]?.elements.count == 0)
    }

    /// What `-o patch` prints turns the YAML of the one into that of the other.
    private func applyPatch(_ old: FilePath, _ new: FilePath) async throws {
        let result = try await RegistreeProgram.run("diff", old.string, new.string, "-o", "patch")
        #expect(result.exitCode == 1)
        for canary in Self.canaries { #expect(!result.output.contains(canary)) }
        #expect(
            result.output.contains(
                "--- a/deployments.apps/shop/web.yaml\n+++ b/deployments.apps/shop/web.yaml\n"
            )
        )
        #expect(
            result.output.contains("-        image: nginx:1.25\n")
                || result.output.contains("-      - image: nginx:1.25\n")
        )
        #expect(result.output.contains("--- a/configmaps/shop/gone.yaml\n+++ /dev/null\n"))
        #expect(result.output.contains("--- /dev/null\n+++ b/configmaps/shop/new.yaml\n"))
        let directory = old.removingLastComponent().appending("patched")
        try FileManager.default.createDirectory(atPath: directory.string, withIntermediateDirectories: true)
        let patch = directory.appending("new.patch")
        let added = result.output.components(separatedBy: "--- /dev/null").last ?? ""
        try writeFile(Array("--- /dev/null\(added.components(separatedBy: "\n--- ")[0])\n".utf8), to: patch)
        let applied = try await RealPrograms.named("patch").succeed(
            ["-p1", "-d", directory.string, "-i", patch.string]
        )
        #expect(applied.exitCode == 0)
        let yaml = String(
            decoding: try readFile(directory.appending("configmaps/shop/new.yaml")),
            as: UTF8.self
        )
        #expect(yaml.hasPrefix("apiVersion: v1\ndata:\n  a: b\n"))
    }

    /// As kubectl does: two directories that only their owner can read, which are gone afterwards.
    private func runExternalProgram(_ old: FilePath, _ new: FilePath) async throws {
        let directory = old.removingLastComponent()
        let program = directory.appending("show")
        let script = """
            #!/bin/sh
            echo "$#" "$1"
            shift
            stat -c %a "$1" "$2" "$2"/*
            cd "$2" && ls && cat *
            exit CODE
            """
        for (code, exit) in [("0", 1), ("1", 1), ("7", 2)] as [(String, Int32)] {
            try WrittenProgram.write(script.replacing("CODE", with: code), to: program)
            let scratch = directory.appending("scratch-\(code)")
            try FileManager.default.createDirectory(atPath: scratch.string, withIntermediateDirectories: true)
            let environment = [
                "KUBECTL_EXTERNAL_DIFF": "\(program) -x=1 ;rm $(id) a/b", "TMPDIR": scratch.string,
            ]
            let result = try await RegistreeProgram.run(
                ["diff", old.string, new.string],
                environment: environment
            )
            #expect(result.exitCode == exit, "\(result.errors)")
            #expect(
                result.lines.prefix(8) == [
                    "3 -x=1", "700", "700", "600", "600", "600", "apps.v1.Deployment.shop.web",
                    "v1.ConfigMap.shop.new",
                ]
            )
            #expect(result.output.contains("image: nginx:1.27\n"))
            for canary in Self.canaries { #expect(!result.output.contains(canary)) }
            #expect(try names(in: scratch) == [])
        }
        let environment = ["KUBECTL_EXTERNAL_DIFF": "/nowhere/at-all"]
        let missing = try await RegistreeProgram.run(
            ["diff", old.string, new.string],
            environment: environment
        )
        #expect(missing.exitCode == 3)
        #expect(
            missing.errors.contains("/nowhere/at-all, which KUBECTL_EXTERNAL_DIFF names, cannot be started")
        )
        let equal = try await RegistreeProgram.run(
            ["diff", old.string, old.string],
            environment: environment
        )
        #expect(equal.exitCode == 0)
        let blank = try await RegistreeProgram.run(
            ["diff", old.string, new.string],
            environment: ["KUBECTL_EXTERNAL_DIFF": "  "]
        )
        #expect(blank.exitCode == 1)
        #expect(blank.output.contains("nginx:1.27"))
        let chosen = try await RegistreeProgram.run(
            ["diff", old.string, new.string, "-o", "text"],
            environment: environment
        )
        #expect(chosen.exitCode == 1)
    }

    @Test func aSourceAndWhatIsRestoredOfItAreEqual() async throws {
        let source = Repository.fixture("cluster-1.36/with-history.db").string
        try await withTemporaryDirectory { directory in
            let restored = directory.appending("member").string
            let result = try await RegistreeProgram.run("restore", source, "--data-dir", restored)
            #expect(result.exitCode == 0, "\(result.errors)")
            for other in [source, restored, Repository.fixture("cluster-1.36/compacted.db").string] {
                let compared = try await RegistreeProgram.run("diff", source, other, "--include", "all")
                #expect(compared.exitCode == 0, "\(compared.errors)")
                #expect(compared.output == "")
            }
        }
    }

    @Test func fileNamesWinOverRevisions() async throws {
        try await withTemporaryDirectory { directory in
            let odd = directory.appending("backup@7.db@41")
            try FileManager.default.copyItem(
                atPath: Repository.fixture("etcd-3.5/history.db").string,
                toPath: odd.string
            )
            #expect(try await RegistreeProgram.run("diff", odd.string, odd.string).exitCode == 0)
            let earlier = try await RegistreeProgram.run("diff", "\(odd)@40", odd.string)
            #expect(earlier.exitCode == 1 || earlier.exitCode == 0)
            let future = try await RegistreeProgram.run("diff", "\(odd)@99", odd.string)
            #expect(future.exitCode == 3)
            #expect(future.errors.contains("99"))
            let neither = try await RegistreeProgram.run("diff", "nothing@here", odd.string)
            #expect(neither.exitCode == 3)
            #expect(neither.errors.contains("neither a revision nor a time"))
            let missing = try await RegistreeProgram.run(
                "diff",
                directory.appending("none.db").string,
                odd.string
            )
            #expect(missing.exitCode == 3)
            let unnamed = try await RegistreeProgram.run("diff", odd.string, odd.string, "pods/none")
            #expect(unnamed.exitCode == 2)
            #expect(unnamed.errors.contains("pods \"none\" not found"))
            let unknown = try await RegistreeProgram.run("diff", odd.string, odd.string, "nothings")
            #expect(unknown.exitCode == 3)
            let usage = try await RegistreeProgram.run("diff", odd.string)
            #expect(usage.exitCode == 3)
        }
    }

    /// What is not known is not called equal.
    @Test func encryptedObjectsThatAreNotOpenedAreUnknown() async throws {
        let encrypted = Repository.fixture("encrypted/aescbc/snapshot.db").string
        let other = Repository.fixture("encrypted/secretbox/snapshot.db").string
        let configuration = Repository.fixture("encrypted/aescbc/encryption-configuration.yaml").string
        let same = try await RegistreeProgram.run("diff", encrypted, encrypted)
        #expect(same.exitCode == 0)
        let closed = try await RegistreeProgram.run("diff", encrypted, other, "-o", "summary")
        #expect(closed.exitCode == 2)
        #expect(closed.lines.first?.hasSuffix("UNKNOWN") == true)
        #expect(closed.errors.contains("it is not known of all objects whether they differ"))
        let ignored = try await RegistreeProgram.run(
            "diff",
            encrypted,
            other,
            "-o",
            "summary",
            "--ignore-unreadable"
        )
        #expect(ignored.exitCode == 1)
        let patch = try await RegistreeProgram.run("diff", encrypted, other, "-o", "patch")
        #expect(patch.exitCode == 2)
        #expect(patch.output.contains("Binary files a/secrets/shop/"), "\(patch.output.prefix(2000))")
        let shown = try await RegistreeProgram.run(
            ["diff", encrypted, other],
            environment: ["KUBECTL_EXTERNAL_DIFF": "grep -r read"]
        )
        #expect(shown.exitCode == 2)
        #expect(shown.output.contains(":# The old state, of revision "), "\(shown.output.prefix(2000))")
        #expect(shown.output.contains(":# The new state, of revision "), "\(shown.output.prefix(2000))")
        let half = try await RegistreeProgram.run(
            "diff",
            encrypted,
            other,
            "--encryption-config",
            configuration
        )
        #expect(half.exitCode == 2)
    }
}
