import Foundation
import KubernetesCodec
import SystemPackage
import TestSupport
import Testing

/// One line of `-o json`.
struct ChangeLine: Decodable {
    struct Field: Decodable {
        var path: String
        var change: String
    }

    struct Moment: Decodable {
        var revision: Int64
        var time: String?
    }

    var revision: Int64
    var time: String?
    var change: String
    var resource: String
    var namespace: String?
    var name: String
    var managers: [String]?
    var fields: [Field]?
    var last: Moment?
    var cameBack: Moment?
    var problem: String?

    static func all(_ result: ProgramResult) throws -> [ChangeLine] {
        try result.lines.filter { !$0.isEmpty }.map {
            try JSONDecoder().decode(ChangeLine.self, from: Data($0.utf8))
        }
    }
}

/// `history`, `deleted`, `undelete` and `changes` of a small store of which all is known.
struct HistoryCommandTests {
    @Test func historyTellsEachStateOfAnObject() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let result = try await RegistreeProgram.run("history", "-f", path, "configmap/settings")
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(
                result.output.replacing(#/ +[0-9]+ B/#, with: "") == """
                    revision 3  2026-11-22T13:01:00Z  created by kubectl
                    revision 4  2026-11-22T13:02:00Z  updated by kubectl
                        ~ data.a: "1" → "2"
                        + data.b: "x"
                    revision 7  2026-11-22T13:05:00Z ±2m1s  deleted

                    """
            )
            #expect(result.errors.contains("nothing was compacted"))
        }
    }

    @Test func historyInJSONIsAChangeALine() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let result = try await RegistreeProgram.run(
                "history",
                "-f",
                path,
                "cm",
                "settings",
                "-n",
                "default",
                "--output",
                "json"
            )
            #expect(result.exitCode == 0, "\(result.errors)")
            let lines = try ChangeLine.all(result)
            #expect(lines.map(\.revision) == [3, 4, 7])
            #expect(lines.map(\.change) == ["created", "updated", "deleted"])
            #expect(lines[1].fields?.map(\.path) == ["data.a", "data.b"])
            #expect(lines.prefix(2).map(\.managers) == [["kubectl"], ["kubectl"]])
            #expect(lines[1].time == "2026-11-22T13:02:00Z")
            #expect(result.lines[0].contains(#""object":{"apiVersion":"v1","data":{"a":"1"}"#))
        }
    }

    @Test func historyShowsPatchesOfYAML() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let result = try await RegistreeProgram.run(
                "history",
                "-f",
                path,
                "configmap/settings",
                "--patch"
            )
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.lines.contains("--- /dev/null"))
            #expect(result.lines.contains("+++ /dev/null"))
            #expect(result.output.contains("-  a: \"1\"\n+  a: \"2\"\n+  b: x\n"), "\(result.output)")
        }
    }

    @Test func historyPrintsOneStateAsYAML() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let source = ["-f", path, "configmap/settings", "-o", "yaml"]
            for words in [
                ["--revision", "3"], ["--rev", "3"], ["--at", "2026-11-22T13:01:30Z"], ["--at=-6m"],
            ] {
                let one = try await RegistreeProgram.run(["history"] + source + words)
                #expect(one.exitCode == 0, "\(words): \(one.errors)")
                #expect(one.output.contains("a: \"1\""), "\(words): \(one.output)\(one.errors)")
                #expect(!one.output.contains("---"))
            }
            let all = try await RegistreeProgram.run(["history"] + source)
            #expect(all.lines.filter { $0 == "---" }.count == 1)
            let gone = try await RegistreeProgram.run(["history"] + source + ["--revision", "8"])
            #expect(gone.exitCode == 1)
            #expect(gone.errors.contains("configmaps \"settings\" was deleted at revision 7"))
        }
    }

    @Test func historyRefusesWhatItCannotTell() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let missing = try await RegistreeProgram.run("history", "-f", path, "configmap/none")
            #expect(missing.exitCode == 1)
            #expect(missing.errors.contains("configmaps \"none\" not found in namespace default"))
            let early = try await RegistreeProgram.run(
                "history",
                "-f",
                path,
                "cm/settings",
                "--revision",
                "2"
            )
            #expect(early.exitCode == 1)
            #expect(early.errors.contains("not found in namespace default at revision 2"))
            let all = try await RegistreeProgram.run("history", "-f", path, "configmaps")
            #expect(all.exitCode == 3)
            let both = try await RegistreeProgram.run(
                ["history", "-f", path, "cm/settings", "--revision", "3", "--at", "-1m"]
            )
            #expect(both.exitCode == 3)
            #expect(both.errors.contains("--revision and --at exclude each other"))
            let future = try await RegistreeProgram.run(
                "history",
                "-f",
                path,
                "cm/settings",
                "--revision",
                "10"
            )
            #expect(future.exitCode == 3)
        }
    }

    @Test func deletedTellsWhatWentAndWhen() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            for words in [[], ["-A"], ["-n", "default"], ["configmaps,secrets"], ["--all-namespaces"]] {
                let result = try await RegistreeProgram.run(["deleted", "-f", path, "-o", "json"] + words)
                #expect(result.exitCode == 0, "\(result.errors)")
                let lines = try ChangeLine.all(result)
                #expect(lines.map(\.revision) == [7, 8])
                #expect(lines.map(\.name) == ["settings", "login"])
                #expect(lines.map(\.last?.revision) == [4, 6])
                #expect(lines.allSatisfy { $0.cameBack == nil })
            }
            let table = try await RegistreeProgram.run("deleted", "-f", path, "secrets")
            #expect(table.lines[0].hasPrefix("REVISION   TIME"))
            #expect(table.lines[1].contains("secret/login"))
            let since = try await RegistreeProgram.run(
                "deleted",
                "-f",
                path,
                "--since",
                "2026-11-22T13:07:01Z",
                "-o",
                "json"
            )
            #expect(try ChangeLine.all(since).isEmpty)
            let unknown = try await RegistreeProgram.run("deleted", "-f", path, "widgets")
            #expect(unknown.exitCode == 3)
        }
    }

    @Test func undeletePrintsWhatCanBeApplied() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let result = try await RegistreeProgram.run(
                "undelete",
                "-f",
                path,
                "configmap/settings",
                "secret/login",
                "cm/settings"
            )
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(
                result.output == """
                    ---
                    apiVersion: v1
                    data:
                      a: "2"
                      b: x
                    kind: ConfigMap
                    metadata:
                      labels:
                        app: shop
                      name: settings
                      namespace: default
                    ---
                    apiVersion: v1
                    data:
                      password: \(Data(TimedEtcd.newCanary.utf8).base64EncodedString())
                    kind: Secret
                    metadata:
                      annotations:
                        example.com/copy: '{"stringData":"\(TimedEtcd.newCanary)"}'
                        kapp.k14s.io/original: \(TimedEtcd.newCanary)
                        kapp.k14s.io/original-diff: -\(TimedEtcd.newCanary)
                        kubectl.kubernetes.io/last-applied-configuration: '{"data":"\(TimedEtcd.newCanary)"}'
                      name: login
                      namespace: default
                    type: Opaque

                    """
            )
            #expect(
                result.errors.contains("secret/login in namespace default is printed with its secret values")
            )
            let chosen = try await RegistreeProgram.run(
                ["undelete", "-f", path, "configmaps,secrets", "-l", "app=shop", "--since", "1h"]
            )
            #expect(chosen.exitCode == 0, "\(chosen.errors)")
            #expect(chosen.output.contains("name: settings"))
            #expect(!chosen.output.contains("login"))
            let other = try await RegistreeProgram.run(
                "undelete",
                "-f",
                path,
                "--selector",
                "app",
                "cm",
                "-A"
            )
            #expect(other.output == chosen.output)
            for words in [
                ["-l", "app=shop"], ["-n", "default", "-l", "app"], ["--since", "1h", "-l", "app"],
            ] {
                let unnamed = try await RegistreeProgram.run(["undelete", "-f", path] + words)
                #expect(unnamed.output == chosen.output, "\(words): \(unnamed.errors)")
            }
            let all = try await RegistreeProgram.run("undelete", "-f", path, "-A")
            #expect(all.lines.filter { $0 == "---" }.count == 2, "\(all.errors)")
            let nothing = try await RegistreeProgram.run("undelete", "-f", path)
            #expect(nothing.exitCode == 3)
            #expect(nothing.errors.contains("undelete needs a RESOURCE, or one of -n, -A, -l and --since."))
            let lives = try await RegistreeProgram.run("undelete", "-f", path, "configmap/other")
            #expect(lives.exitCode == 1)
            #expect(lives.errors.contains("is there and was not deleted"))
        }
    }

    @Test func undeleteNamesOwnersThatAreGone() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("snapshot.db").string
            try await withRealEtcd(EtcdPlan(.v35, in: directory.appending("etcd"))) { etcd in
                _ = try await TimedEtcd.fill(etcd)
                try await etcd.etcdctl("del", "/registry/configmaps/default/other")
                try await etcd.etcdctl("snapshot", "save", path)
            }
            let result = try await RegistreeProgram.run("undelete", "-f", path, "configmap/other")
            #expect(result.exitCode == 0)
            #expect(result.output.contains("name: other"))
            #expect(
                result.errors.contains("names owners that are gone (ReplicaSet/gone)"),
                "\(result.errors)"
            )
        }
    }

    /// What an API server gives an object when it is created, it refuses in one that is created again.
    @Test func undeleteLeavesOutWhatIsGivenToJobsAndPods() async throws {
        let labels = #"{"app":"a","controller-uid":"u1","batch.kubernetes.io/controller-uid":"u1"}"#
        func job(_ name: String, _ more: String) -> String {
            #"{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"\#(name)","namespace":"default","#
                + #""labels":\#(labels)},"spec":{\#(more)"selector":{"matchLabels":{"controller-uid":"u1"}},"#
                + #""template":{"metadata":{"labels":\#(labels)},"spec":{"containers":[]}}}}"#
        }
        let objects = [
            ("jobs/default/made", job("made", "")),
            ("jobs/default/own", job("own", #""manualSelector":true,"#)),
            (
                "pods/default/p",
                #"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"default"},"#
                    + #""spec":{"containers":[],"ephemeralContainers":[{"name":"debug"}]}}"#
            ),
            (
                "masterleases/10.0.0.1",
                #"{"apiVersion":"v1","kind":"Endpoints","metadata":{"name":"","creationTimestamp":null}}"#
            ),
        ]
        try await withTemporaryDirectory { directory in
            let path = directory.appending("snapshot.db").string
            try await withRealEtcd(EtcdPlan(.v35, in: directory.appending("etcd"))) { etcd in
                for (key, value) in objects { try await etcd.etcdctl("put", "/registry/\(key)", value) }
                for (key, _) in objects { try await etcd.etcdctl("del", "/registry/\(key)") }
                try await etcd.etcdctl("snapshot", "save", path)
            }
            let result = try await RegistreeProgram.run("undelete", "-A", "-f", path)
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(
                result.errors.contains(
                    "Note: 1 key that API servers keep for themselves, or of which no state is left, is left out"
                ),
                "\(result.errors)"
            )
            let roots = try Document.documents(yaml: result.standardOutput).map(\.root)
            #expect(roots.map { $0.text("metadata", "name") } == ["made", "own", "p"], "\(result.output)")
            let made = try #require(roots.first)
            #expect(made["spec", "selector"] == nil)
            for labels in [made["metadata", "labels"], made["spec", "template", "metadata", "labels"]] {
                #expect(labels?.members.map(\.name) == ["app"])
            }
            #expect(roots[1]["spec", "selector"] != nil)
            #expect(roots[1]["metadata", "labels"]?.members.count == 3)
            #expect(roots[2]["spec"]?.members.map(\.name) == ["containers"])
        }
    }

    @Test func changesReadAsALog() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let result = try await RegistreeProgram.run("changes", "-f", path)
            #expect(result.exitCode == 0, "\(result.errors)")
            let log = result.lines.prefix { !$0.isEmpty }
            #expect(log.map { $0.prefix { $0 != " " } } == ["2", "3", "4", "5", "6", "7", "8", "9"])
            #expect(
                log[2].hasSuffix("updated    default  configmap/settings  by kubectl: data.a, data.b"),
                "\(log[2])"
            )
            #expect(result.lines.contains { $0.split(separator: " ") == ["configmaps", "2", "1", "1"] })
            #expect(result.lines.contains { $0.split(separator: " ") == ["kubectl", "5"] })
            let json = try await RegistreeProgram.run(
                "changes",
                "-f",
                path,
                "-o",
                "json",
                "--since",
                "2026-11-22T13:03:30Z"
            )
            #expect(try ChangeLine.all(json).map(\.revision) == [6, 7, 8, 9])
            let some = try await RegistreeProgram.run(
                "changes",
                "-f",
                path,
                "-o",
                "json",
                "secrets",
                "-n",
                "default"
            )
            #expect(try ChangeLine.all(some).map(\.revision) == [5, 6, 8])
            let none = try await RegistreeProgram.run("changes", "-f", path, "-n", "other")
            #expect(none.output == "")
            #expect(none.errors.hasSuffix("No changes found.\n"))
        }
    }

    @Test func noValueOfASecretIsShownUnasked() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let secrets = [TimedEtcd.canary, TimedEtcd.newCanary]
            let hidden = secrets + secrets.map { Data($0.utf8).base64EncodedString() }
            for words in [
                ["history", "secret/login"], ["history", "secret/login", "--patch"],
                ["history", "secret/login", "-o", "json"], ["changes"], ["changes", "-o", "json"],
                ["deleted"],
                ["deleted", "-o", "json"],
            ] {
                let result = try await RegistreeProgram.run(words + ["-f", path])
                #expect(result.exitCode == 0, "\(words): \(result.errors)")
                #expect(!result.output.isEmpty)
                for value in hidden {
                    #expect(!result.output.contains(value), "\(words)")
                    #expect(!result.errors.contains(value), "\(words)")
                }
            }
            let history = try await RegistreeProgram.run("history", "secret/login", "-f", path)
            #expect(
                history.output.contains("~ data.password: \"*** (before)\" → \"*** (after)\""),
                "\(history.output)"
            )
            #expect(history.output.contains("updated by helm"))
        }
    }

    /// It says of a watch how far it has come, which is what ends one of some keys.
    @Test func theBundledStoreTellsTheSame() async throws {
        try await TimedEtcd.withSnapshot { path, _, _ in
            let served = try await ServedEtcd(["-f", path])
            for words in [
                ["changes", "--etcd-prefix", "/registry"], ["changes"], ["history", "cm/settings"],
                ["changes", "--etcd-prefix", "/elsewhere"],
            ] {
                let one = try await RegistreeProgram.run(words + ["-f", path])
                let other = try await RegistreeProgram.run(words + ["--endpoints", served.endpoint])
                #expect(other.exitCode == 0, "\(words): \(other.errors)")
                #expect(one.output == other.output, "\(words)")
            }
            #expect(try await served.stop().exitCode == 0)
        }
    }

    /// A snapshot and the etcd that it is of tell the same.
    @Test func aLiveEtcdTellsTheSame() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("snapshot.db").string
            try await withRealEtcd(EtcdPlan(.v35, in: directory.appending("etcd"))) { etcd in
                _ = try await TimedEtcd.fill(etcd)
                for compacted in [nil, "5"] {
                    if let compacted { try await etcd.etcdctl("compact", "--physical", compacted) }
                    let file = path + (compacted ?? "")
                    try await etcd.etcdctl("snapshot", "save", file)
                    for words in [
                        ["history", "cm/settings", "secret/login"], ["changes", "-o", "json"], ["deleted"],
                        ["changes", "--etcd-prefix", "/registry"], ["undelete", "cm/settings"],
                    ] {
                        let one = try await RegistreeProgram.run(words + ["-f", file])
                        let other = try await RegistreeProgram.run(words + ["--endpoints", etcd.endpoint])
                        #expect(one.exitCode == other.exitCode, "\(words): \(other.errors)")
                        #expect(one.output == other.output, "\(words) \(compacted ?? "")")
                        #expect(one.errors == other.errors, "\(words) \(compacted ?? "")")
                    }
                }
            }
        }
    }
}
