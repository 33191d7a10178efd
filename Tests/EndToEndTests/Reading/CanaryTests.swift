import Foundation
import SystemPackage
import TestSupport
import Testing

/// Secrets, passwords and values of keys that nobody knows are in no output of the commands that tell of a log, of the
/// past, of differences and of space, unless they are asked for.
@Suite(.timeLimit(.minutes(30)))
struct CanaryTests {
    private static let canary = Canary("cAnArY-7Hq2x")

    /// What there is to be read.
    private struct Sources {
        var directory: FilePath
        /// Of a member that was killed, with nearly all in its log.
        var data: FilePath
        var old: FilePath
        var new: FilePath

        func path(_ name: String) -> FilePath { self.directory.appending(name) }
    }

    // MARK: Secrets

    private static func secret(_ name: String, _ value: String, more: String = "") -> String {
        let stored = Data(value.utf8).base64EncodedString()
        return #"""
            {"apiVersion":"v1","kind":"Secret","metadata":{"name":"\#(name)","namespace":"shop","uid":"u-\#(name)",
            "creationTimestamp":"2026-11-22T13:01:00Z","annotations":{
            "kubectl.kubernetes.io/last-applied-configuration":"{\"data\":{\"a\":\"\#(stored)\"}}",
            "kapp.k14s.io/original":"\#(value)","copy":"{\"stringData\":{\"a\":\"\#(value)\"}}"},
            "managedFields":[{"manager":"kubectl","operation":"Update","apiVersion":"v1",
            "time":"2026-11-22T13:02:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:a":{}}}}]},
            "data":{"a":"\#(stored)","tls.crt":"\#(stored)"},"stringData":{"b":"\#(value)"},
            "odd":["\#(value)",{"deep":"\#(value)"}],"more":"\#(value)"\#(more),"type":"kubernetes.io/tls"}
            """#
    }

    /// The bytes of a Secret in protobuf: a text, since none of its lengths needs a second byte.
    private static func protobufSecret(_ value: String) -> String {
        func field(_ number: UInt8, _ text: String) -> String {
            String(UnicodeScalar(number << 3 | 2)) + String(UnicodeScalar(UInt8(text.utf8.count))) + text
        }
        let metadata = field(1, "proto") + field(3, "shop") + field(5, "u-proto")
        let secret = field(1, metadata) + field(2, field(1, "a") + field(2, value)) + field(3, "Opaque")
        let type = field(1, field(1, "v1") + field(2, "Secret"))
        return "k8s\0" + type + field(2, secret) + field(3, "") + field(4, "")
    }

    /// Values by their keys; `number` tells the states apart.
    private static func values(_ number: Int) -> [(key: String, value: String)] {
        let value = "\(canary.text)-\(number)"
        let stored = Data(value.utf8).base64EncodedString()
        let map =
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"lie","namespace":"shop"},"data":{"a":"\#(value)"}}"#
        return [
            ("/registry/secrets/shop/json", self.secret("json", value)),
            ("/registry/secrets/shop/proto", self.protobufSecret(value)),
            ("/registry/secrets/shop/gone", self.secret("gone", value)),
            ("/registry/secrets/shop/back", self.secret("back", value)),
            // Among the Secrets, whatever it says of itself; and a Secret among others.
            ("/registry/secrets/shop/lie", map),
            ("/registry/configmaps/shop/lie", self.secret("lie", value)),
            (
                "/registry/configmaps/shop/turned",
                number == 1
                    ? self.secret("turned", value) : self.settings.replacing("settings", with: "turned")
            ),
            // What cannot be read as an object, or not as a Secret.
            ("/registry/secrets/shop/cut", #"{"apiVersion":"v1","kind":"Secret","data":{"a":"\#(value)"#),
            ("/registry/secrets/shop/text", value),
            ("/registry/secrets/shop/list", #"["\#(value)"]"#),
            ("/registry/secrets/shop/magic", "k8s\0\(value)"),
            ("/registry/secrets/shop/sealed", "k8s:enc:aescbc:v1:key1:\(value)\(value)"),
            (
                "/registry/secrets/shop/odd",
                #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"odd"},"data":"\#(value)","stringData":["\#(stored)"]}"#
            ),
            // Of no object that is known.
            ("/elsewhere/token", value), ("token", value), ("/registry/tokens/one", value),
            ("/registry/example.com/tokens/shop/one", value),
        ]
    }

    private static let settings =
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"a":"b"}}"#

    /// Runs `body` with two snapshots of an etcd and with its data as it was killed.
    private func withSources(
        _ release: EtcdRelease,
        _ body: (Sources) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(release, in: directory)
            plan.extraArguments = ["--backend-batch-interval", "1h"]
            let member = plan.members[0]
            let sources = Sources(
                directory: directory,
                data: member.dataDirectory,
                old: directory.appending("old.db"),
                new: directory.appending("new.db")
            )
            try await withRealEtcd(plan) { etcd in
                let namespace = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#
                try await etcd.etcdctl("put", "/registry/namespaces/shop", namespace)
                try await etcd.etcdctl("put", "/registry/configmaps/shop/settings", Self.settings)
                for (key, value) in Self.values(1) { try await etcd.etcdctl("put", key, input: value) }
                try await etcd.etcdctl("snapshot", "save", sources.old.string)
                for (key, value) in Self.values(2) { try await etcd.etcdctl("put", key, input: value) }
                try await etcd.etcdctl("del", "/registry/secrets/shop/gone")
                try await etcd.etcdctl("del", "/registry/secrets/shop/back")
                try await etcd.etcdctl("put", "/registry/secrets/shop/back", Self.secret("back", "other"))
                let comparing =
                    "val(\"token\") = \"\(Self.canary.text)-2\"\n\nput token \(Self.canary.text)-3\n\n\n"
                try await etcd.etcdctl("txn", input: comparing)
                let user = "root:\(Self.canary.text)-password"
                try await etcd.etcdctl("user", "add", user)
                try await etcd.etcdctl("role", "add", "root")
                try await etcd.etcdctl("user", "grant-role", "root", "root")
                try await etcd.etcdctl("user", "add", "u:\(Self.canary.text)-u")
                try await etcd.etcdctl(
                    "user",
                    "passwd",
                    "u",
                    "--interactive=false",
                    input: "\(Self.canary.text)-new\n"
                )
                try await etcd.etcdctl("snapshot", "save", sources.new.string)
                try await etcd.etcdctl("auth", "enable")
                try await etcd.etcdctl("--user", user, "put", "token", "\(Self.canary.text)-4")
                try await self.expectNoneLive(etcd, user)
                try await etcd.etcdctl("--user", user, "auth", "disable")
                etcd.kill(member)
            }
            try await body(sources)
        }
    }

    // MARK: Commands

    private static let historyNames = [
        "secret/json", "secret/proto", "secret/gone", "secret/back", "secret/lie", "configmap/lie",
        "configmap/turned",
        "secret/cut", "secret/text", "secret/list", "secret/magic", "secret/sealed", "secret/odd",
    ]

    /// The commands that take a source, without it, in all their formats.
    private func lines(_ sources: Sources) -> [[String]] {
        let configuration = sources.path("encryption.yaml").string
        let names = Self.historyNames + ["-n", "shop"]
        var lines: [[String]] = [
            ["history"] + names, ["history"] + names + ["--patch"], ["history"] + names + ["-o", "json"],
            ["history"] + names + ["--encryption-config", configuration],
            ["deleted"], ["deleted", "-A", "-o", "json"], ["deleted", "secrets", "-n", "shop"],
            ["changes"], ["changes", "-o", "json"], ["changes", "secrets", "-n", "shop", "-o", "json"],
            ["changes", "--encryption-config", configuration, "--since", "2026-11-22T13:00:00Z"],
            ["undelete", "configmaps", "-A"],
            ["usage"], ["usage", "-o", "json"], ["usage", "--metrics"],
            ["usage", "--treemap", "--top", "100", "--color", "always"],
            ["usage", "--fields", "--report", sources.path("page.html").string, "--force"],
            ["usage", "--fields", "-o", "json", "--encryption-config", configuration],
            ["encryption"], ["encryption", "-o", "json"],
            ["encryption", "--encryption-config", configuration],
            ["encryption", "--encryption-config", configuration, "-o", "json"],
        ]
        for format in ["table", "json", "junit", "sarif"] {
            lines.append(["check", "-o", format])
            lines.append(["check", "-o", format, "--encryption-config", configuration, "--fail-on", "info"])
        }
        return lines
    }

    /// The commands that compare `old` with `new`.
    private func lines(comparing old: String, _ new: String) -> [[String]] {
        var lines: [[String]] = []
        for format in ["text", "summary", "json", "patch"] {
            lines.append(["diff", old, new, "-o", format])
            lines.append(["diff", old, new, "-o", format, "--include", "all", "--color", "always"])
        }
        return lines + [["usage", old, new], ["usage", old, new, "-o", "json"]]
    }

    /// The commands that take a member's directory.
    private func memberLines(_ sources: Sources) -> [[String]] {
        let data = sources.data.string
        var lines = [
            ["log", data], ["log", data, "-o", "json"], ["log", data, "--summary"],
            ["log", data, "--summary", "-o", "json"],
            ["members", data], ["members", data, "-o", "json"], ["members", data, "--uncommitted", "drop"],
            ["take", "-f", data, sources.path("taken.db").string, "--force"],
            ["take", "-f", data, sources.path("taken.db").string, "--force", "-o", "json"],
            [
                "restore", data, "--skip-hash-check", "--data-dir", sources.path("restored").string,
                "--dry-run",
            ],
            ["status", data], ["verify", data],
        ]
        for sort in ["ConfigChange", "Normal", "Request", "InternalRaftRequest", "IRRPut", "IRRTxn"] {
            lines.append(["log", data, "--entry-type", sort])
            lines.append(["log", data, "--entry-type", sort, "-o", "json"])
        }
        return lines
    }

    /// Expects that nothing of a run shows the canary, and that it was no crash.
    private func expectNone(_ result: ProgramResult, _ words: [String]) {
        #expect((0...4).contains(result.exitCode), "\(words): \(result.exitCode), \(result.errors)")
        for text in [result.output, result.errors] {
            let part = Self.canary.part(of: text)
            #expect(part == nil, "\(words)")
        }
    }

    @discardableResult
    private func expectNone(_ words: [String], environment: [String: String] = [:]) async throws
        -> ProgramResult
    {
        let result = try await RegistreeProgram.run(words, environment: environment)
        self.expectNone(result, words)
        return result
    }

    /// Of a live etcd, with a password that is right and with one that is wrong.
    private func expectNoneLive(_ etcd: RealEtcd, _ user: String) async throws {
        for user in [user, "root:\(Self.canary.text)-wrong"] {
            let endpoint = ["--endpoints", etcd.endpoint, "--user", user]
            for words in [
                ["changes"], ["changes", "-o", "json"], ["history", "secret/json", "-n", "shop", "--patch"],
                ["deleted"], ["usage"], ["usage", "-o", "json"], ["encryption"], ["check", "-o", "json"],
                ["diff", "live@20", "live", "-o", "patch"], ["diff", "--cluster"],
                ["diff", "--cluster", "-o", "json"],
            ] {
                let result = try await self.expectNone(words + endpoint)
                // There is nothing to compare one member with.
                let isRefused = user.hasSuffix("wrong") || words.contains("--cluster")
                #expect(result.output.isEmpty == isRefused, "\(words): \(result.errors)")
            }
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func noSecretIsInAnOutputUnasked(release: EtcdRelease) async throws {
        try await self.withSources(release) { sources in
            let configuration = """
                {apiVersion: apiserver.config.k8s.io/v1, kind: EncryptionConfiguration, resources: [{resources: [secrets],
                providers: [{aescbc: {keys: [{name: key1, secret: \(Data("\(Self.canary.text)-key-".utf8).base64EncodedString())}]}}, {identity: {}}]}]}
                """
            try configuration.write(
                toFile: sources.path("encryption.yaml").string,
                atomically: false,
                encoding: .utf8
            )
            let (data, old, new) = (sources.data.string, sources.old.string, sources.new.string)
            // It would be seen: these are asked for.
            let asked = [
                ["get", "secrets", "-A", "-o", "yaml", "-f", new], ["keys", "token", "-f", data],
                ["undelete", "secret/gone", "-n", "shop", "-f", data],
                ["history", "secret/proto", "-n", "shop", "-o", "yaml", "-f", data],
            ]
            for words in asked {
                let result = try await RegistreeProgram.run(words)
                #expect(Self.canary.part(of: result.output) != nil, "\(words): \(result.errors)")
                #expect(Self.canary.part(of: result.errors) == nil, "\(words)")
            }
            for words in self.lines(sources) {
                for source in [[data], [data, "--no-log"], [new]] {
                    try await self.expectNone(words + ["-f"] + source)
                    guard words.contains("--report"),
                        let page = try? String(
                            contentsOfFile: sources.path("page.html").string,
                            encoding: .utf8
                        )
                    else { continue }
                    #expect(Self.canary.part(of: page) == nil, "\(words)")
                }
            }
            for (one, other) in [(old, new), (old, data), ("\(data)@20", data), (new, "\(data)")] {
                for words in self.lines(comparing: one, other) { try await self.expectNone(words) }
                try await self.expectNoneInFiles(of: one, other, sources)
            }
            for words in self.memberLines(sources) { try await self.expectNone(words) }
        }
    }

    /// The files that another program is given show nothing, and only their owner may read them.
    private func expectNoneInFiles(of old: String, _ new: String, _ sources: Sources) async throws {
        let program = sources.path("show")
        let script = """
            #!/bin/sh
            find "$1" "$2" -printf '%y %m %f\\n'
            cat "$1"/* "$2"/*
            exit 1
            """
        try script.write(toFile: program.string, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.string)
        let result = try await self.expectNone(
            ["diff", old, new],
            environment: ["KUBECTL_EXTERNAL_DIFF": program.string]
        )
        let files = result.lines.filter { $0.hasPrefix("f ") }
        let directories = result.lines.filter { $0.hasPrefix("d ") }
        #expect(files.allSatisfy { $0.hasPrefix("f 600 ") }, "\(files)")
        #expect(
            directories.count == 2 && directories.allSatisfy { $0.hasPrefix("d 700 ") },
            "\(result.output)"
        )
    }
}
