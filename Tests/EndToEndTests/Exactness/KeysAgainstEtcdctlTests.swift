import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registree keys` prints what `etcdctl get` prints, whichever source the keys come from.
struct KeysAgainstEtcdctlTests {
    /// Words that mean the same to both programs.
    static let lines: [[String]] = [
        ["/registry/namespaces/default"],
        ["/registry/namespaces/default", "--print-value-only"],
        ["/registry/namespaces/", "--prefix"],
        ["/registry/namespaces/", "--prefix", "--limit", "3"],
        ["/registry/secrets/", "--prefix", "--print-value-only"],
        ["/registry/services/", "--from-key"],
        ["/registry/services/", "--from-key", "--limit", "1"],
        ["/registry/leases/", "--prefix", "--rev", "2800"],
        ["/registry/events/", "--prefix", "--rev", "2000", "--limit", "7"],
        ["/no/such/key"],
        ["/no/such/", "--prefix"],
    ]

    /// The same file in every guise: the snapshot, a data directory restored from it, and a live etcd on a copy.
    private func withSources(
        of fixture: String,
        _ body: (_ etcd: RealEtcd, _ sources: [[String]]) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let snapshot = try await LastingSnapshot.make(from: fixture, in: directory).path
            let plan = EtcdPlan(.v35, in: directory.appending("live"))
            let copy = directory.appending("copy").string
            for (flag, path) in [("--all-members", directory.appending("live").string), ("--data-dir", copy)]
            {
                let cluster = ["--name", "m1", "--initial-cluster", plan.initialCluster]
                let result = try await RegistreeProgram.run(
                    ["restore", snapshot.string, flag, path] + cluster
                )
                #expect(result.exitCode == 0, "\(result.errors)")
            }
            try await withRealEtcd(plan) { etcd in
                try await body(
                    etcd,
                    [["-f", snapshot.string], ["-f", copy], ["--endpoints", etcd.endpoint]]
                )
            }
        }
    }

    @Test func everySourcePrintsWhatEtcdctlPrints() async throws {
        try await withSources(of: "cluster-1.36/with-history.db") { etcd, sources in
            for line in Self.lines {
                let truth = try await etcd.etcdctl(["get"] + line)
                // etcdctl prints values alone in its simple format only.
                let words = line.filter { $0 != "--print-value-only" }
                let json = try await etcd.etcdctl(["get"] + words + ["-w", "json"])
                let range = try EtcdctlRange(reading: json.standardOutput)
                for source in sources {
                    let result = try await RegistreeProgram.run(["keys"] + line + source)
                    #expect(result.exitCode == 0, "\(line) \(source): \(result.errors)")
                    #expect(result.standardOutput == truth.standardOutput, "\(line) \(source)")
                    let ours = try await RegistreeProgram.run(["keys"] + words + source + ["-o", "json"])
                    let read = try EtcdctlRange(reading: ours.standardOutput)
                    #expect(read.entries == range.entries, "\(line) \(source)")
                    #expect(read.revision == range.revision, "\(line) \(source)")
                }
            }
        }
    }

    /// etcdctl prints an empty line after each key here, which `grep` and `wc` stumble over; Registree does not.
    @Test func keysAloneComeWithoutEtcdctlsEmptyLines() async throws {
        try await withSources(of: "cluster-1.36/with-history.db") { etcd, sources in
            for line in [["/", "--prefix"], ["/registry/pods/", "--prefix", "--limit", "2"], ["/x"]] {
                let truth = try await etcd.etcdctl(["get", "--keys-only"] + line).lines
                for source in sources {
                    let result = try await RegistreeProgram.run(["keys", "--keys-only"] + line + source)
                    #expect(result.lines == truth.filter { $0 != "" }, "\(line) \(source)")
                }
            }
            let json = try await etcd.etcdctl("get", "/registry/", "--prefix", "--keys-only", "-w", "json")
            for source in sources {
                let line = ["keys", "/registry/", "--prefix", "--keys-only", "-o", "json"]
                let ours = try await RegistreeProgram.run(line + source)
                let read = try EtcdctlRange(reading: ours.standardOutput)
                #expect(try read.entries == EtcdctlRange(reading: json.standardOutput).entries)
            }
        }
    }

    /// Bytes of every kind: keys with spaces and line breaks, empty and binary values.
    @Test func anyBytesPassUnchanged() async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(.v35, in: directory)
            let file = directory.appending("snapshot.db").string
            try await withRealEtcd(plan) { etcd in
                let live = ["--endpoints", etcd.endpoint]
                let values = ["plain", "", "zwei\nZeilen\n", "\u{1b}[31mred\u{7}", "ü\u{202e}"]
                for (number, value) in values.enumerated() {
                    let path = directory.appending("value")
                    try writeFile(Array(value.utf8), to: path)
                    let line = ["put", "a key/\(number)\n\t\u{e9}"]
                    let put = try await RegistreeProgram.run(line + live, input: path)
                    #expect(put.output == "OK\n", "\(put.errors)")
                }
                try await etcd.etcdctl("snapshot", "save", file)
                let truth = try await etcd.etcdctl("get", "a key", "--prefix")
                for source in [live, ["-f", file]] {
                    let ours = try await RegistreeProgram.run(["keys", "a key", "--prefix"] + source)
                    #expect(ours.standardOutput == truth.standardOutput, "\(source)")
                }
            }
        }
    }

    @Test(arguments: EtcdRelease.allCases)
    func putAndDeleteDoWhatEtcdctlSees(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            try await withRealEtcd(EtcdPlan(release, in: directory)) { etcd in
                func registree(_ words: String...) async throws -> ProgramResult {
                    try await RegistreeProgram.run(words + ["--endpoints", etcd.endpoint])
                }
                for number in 1...4 {
                    let put = try await registree("put", "/a/\(number)", "value \(number)")
                    #expect(put.output == "OK\n", "\(put.errors)")
                }
                let truth = try await etcd.etcdctl("get", "/a/", "--prefix").output
                #expect(truth == (1...4).map { "/a/\($0)\nvalue \($0)\n" }.joined())

                #expect(try await registree("delete", "/a/9").output == "0\n")
                #expect(try await registree("delete", "/a/1").output == "1\n")
                let previous = try await registree("delete", "/a/2", "--prev-kv")
                #expect(previous.output == "1\n/a/2\nvalue 2\n")
                let rest = try await registree("delete", "/a/", "--prefix", "--prev-kv")
                #expect(rest.output == "2\n/a/3\nvalue 3\n/a/4\nvalue 4\n")
                #expect(try await etcd.etcdctl("get", "/a/", "--prefix").output == "")
            }
        }
    }

    @Test func aLiveRegistryLooksLikeItsSnapshot() async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(.v35, in: directory.appending("live"))
            let file = try await LastingSnapshot.make(from: "cluster-1.36/compacted.db", in: directory).path
                .string
            let restored = try await RegistreeProgram.run(
                "restore",
                file,
                "--all-members",
                directory.appending("live").string,
                "--initial-cluster",
                plan.initialCluster
            )
            #expect(restored.exitCode == 0, "\(restored.errors)")
            try await withRealEtcd(plan) { etcd in
                let lines: [[String]] = [
                    ["list"], ["list", "-n", "kube-system"], ["list", "-o", "json"], ["tree"],
                    ["tree", "--depth", "4"], ["tree", "-o", "json"], ["tree", "-n", "default"],
                    ["get", "all,configmaps,secrets,crd", "-A", "--age-from", "2026-11-22T14:18:40Z"],
                    ["get", "namespaces", "-o", "etcd"], ["get", "pods", "-n", "kube-system", "-o", "name"],
                    ["get", "widgets", "-A", "-o", "yaml"], ["get", "*", "-n", "shop", "-o", "json"],
                ]
                for line in lines {
                    let truth = try await RegistreeProgram.run(line + ["-f", file])
                    let live = ["-f", "live", "--endpoints", etcd.endpoint]
                    let result = try await RegistreeProgram.run(line + live)
                    #expect(result.output == truth.output, "\(line)")
                    #expect(result.errors == truth.errors, "\(line)")
                    #expect(result.exitCode == truth.exitCode, "\(line)")
                }
            }
        }
    }
}
