import EtcdStorage
import Foundation
import SystemPackage
import TestSupport
import Testing

/// k3s' own file, named where a snapshot is, and the snapshot that `convert` makes of it.
struct KineFileTests {
    private static func object(_ kind: String, _ name: String, _ namespace: String? = nil) -> String {
        let place = namespace.map { #","namespace":"\#($0)""# } ?? ""
        return #"{"apiVersion":"v1","kind":"\#(kind)","metadata":{"name":"\#(name)"\#(place)}}"#
    }

    /// 14 revisions; at the newest 6 keys live.
    private static let steps: [KineFile.Step] =
        [
            .put("/registry/namespaces/default", object("Namespace", "default")),
            .put("/registry/configmaps/default/a", object("ConfigMap", "a", "default")),
            .put("compact_rev_key_apiserver", "1|0"),
            .put("/registry/pods/default/old", object("Pod", "old", "default")),
            .put("/registry/pods/default/p", object("Pod", "p", "default")),
            .compact(revision: 5),
            .delete("/registry/pods/default/old"),
            .put("/registry/configmaps/default/a", object("ConfigMap", "a", "default")),
            .put("/registry/events/default/e", object("Event", "e", "default"), lease: 3600),
            .fill,
            .put("/registry/configmaps/default/z", object("ConfigMap", "z", "default")),
            .delete("/registry/configmaps/default/z"),
            .put("/bootstrap/aa11", "value of bootstrap"),
        ]

    private static let keys = [
        "/bootstrap/aa11", "/registry/configmaps/default/a", "/registry/events/default/e", "/registry/health",
        "/registry/namespaces/default", "/registry/pods/default/p",
    ]

    private func withFile(
        _ ending: KineFile.Ending = .closed,
        _ body: (_ file: String, _ directory: FilePath) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            let place = directory.appending("server")
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: false)
            let file = try await KineFile.make(at: place.appending("state.db"), Self.steps, ending: ending)
            try await body(file.path.string, directory)
        }
    }

    @Test(arguments: [KineFile.Ending.closed, .log])
    func isReadLikeAnyOtherSource(ending: KineFile.Ending) async throws {
        try await self.withFile(ending) { file, directory in
            func run(_ words: String...) async throws -> ProgramResult {
                let result = try await RegistreeProgram.run(words, environment: ["TMPDIR": directory.string])
                #expect(result.exitCode == 0, "\(words): \(result.errors)")
                #expect(result.errors.contains("state.db-wal holds changes") == (ending == .log))
                return result
            }
            #expect(try await run("keys", "--keys-only", "-f", file).lines == Self.keys)
            let old = try await run("keys", "--keys-only", "--revision", "7", "-f", file)
            #expect(old.lines.contains("/registry/pods/default/old"))
            #expect(!old.lines.contains("/registry/events/default/e"))
            let json = try await run("keys", "/registry/pods/default/p", "-o", "json", "-f", file)
            #expect(json.output.contains(#""revision":14"#))
            #expect(json.output.contains(#""mod_revision":7"#))
            #expect(try await run("get", "pods", "-A", "-o", "name", "-f", file).lines == ["pod/p"])
            #expect(
                try await run("get", "cm", "a", "-o", "yaml", "-f", file).output.contains("kind: ConfigMap")
            )
            #expect(try await run("list", "-f", file).output.contains("configmaps"))
            #expect(try await run("tree", "-f", file, "--depth", "4").output.contains("pods"))
            #expect(try await run("describe", "pod", "p", "-f", file).output.contains("default"))
            #expect(try await run("api-resources", "-o", "name", "-f", file).lines.contains("pods"))
            let status = try await run("status", file, "-o", "json")
            #expect(status.output.contains(#""totalKey" : 6"#) || status.output.contains(#""totalKey": 6"#))
            #expect(status.errors.contains("kine's file"))
            let verdict = try await run("verify", file)
            #expect(verdict.output.contains("structure sound, no digest"))
            let left = try FileManager.default.contentsOfDirectory(atPath: directory.string)
            #expect(left == ["server"])
        }
    }

    @Test func isFoundInItsDirectory() async throws {
        try await self.withFile { file, directory in
            let place = FilePath(file).removingLastComponent().string
            let keys = try await RegistreeProgram.run("keys", "--keys-only", "-f", place)
            #expect(keys.lines == Self.keys, "\(keys.errors)")
            let converted = try await RegistreeProgram.run("convert", place, "\(directory)/new.db")
            #expect(converted.exitCode == 0, "\(converted.errors)")
        }
    }

    @Test func namesTheRevisionsThatItHas() async throws {
        try await self.withFile { file, _ in
            let compacted = try await RegistreeProgram.run("keys", "--revision", "4", "-f", file)
            expectFailure(compacted, 3, "revision 4 has been compacted; the oldest that is kept is 5")
            let future = try await RegistreeProgram.run("list", "--revision", "15", "-f", file)
            expectFailure(future, 3, "revision 15 is in the future; the newest is 14")
        }
    }

    /// The file is only read: k3s' directory may be a mounted backup.
    @Test func writesNothingBesideIt() async throws {
        try await self.withFile(.log) { file, directory in
            let place = FilePath(file).removingLastComponent()
            let before = try names(in: place)
            let digests = try before.map { try digest(of: place.appending($0)) }
            for words in [
                ["list", "-f", file], ["verify", file], ["convert", file, "\(directory)/new.db"],
            ] {
                let result = try await RegistreeProgram.run(words, environment: ["TMPDIR": directory.string])
                #expect(result.exitCode == 0, "\(words): \(result.errors)")
                #expect(try names(in: place) == before)
                #expect(try before.map { try digest(of: place.appending($0)) } == digests)
            }
        }
    }

    @Test func convertsToASnapshotThatEtcdRestoresAndStarts() async throws {
        try await self.withFile(.log) { file, directory in
            let snapshot = directory.appending("new.db").string
            let result = try await RegistreeProgram.run("convert", file, snapshot)
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.output.contains("total keys   6") || result.output.contains("total keys  6"))
            #expect(result.errors.contains("1 key with a time to live in kine will not run out"))
            let attributes = try FileManager.default.attributesOfItem(atPath: snapshot)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let verdict = try await RegistreeProgram.run("verify", snapshot)
            #expect(verdict.output.contains("sound (SHA-256 matches"), "\(verdict.output)")

            let plan = EtcdPlan(.v35, in: directory.appending("restored"))
            let member = plan.members[0]
            try FileManager.default.createDirectory(
                atPath: directory.appending("restored").string,
                withIntermediateDirectories: true
            )
            _ = try await RegistreeProgram.located().succeed([
                "restore", snapshot, "--name", member.name, "--data-dir", member.dataDirectory.string,
                "--initial-cluster", plan.initialCluster, "--initial-advertise-peer-urls", member.peerURL,
                "--initial-cluster-token", plan.token,
            ])
            try await withRealEtcd(plan) { etcd in
                let keys = try await etcd.etcdctl("get", "", "--from-key", "--keys-only")
                #expect(keys.lines.filter { !$0.isEmpty } == Self.keys)
                let pod = try await etcd.etcdctl("get", "/registry/pods/default/p", "-w", "json").output
                #expect(pod.contains(#""mod_revision":7"#), "\(pod)")
                let value = try await etcd.etcdctl("get", "/registry/pods/default/p", "--print-value-only")
                #expect(value.output == Self.object("Pod", "p", "default") + "\n")
                let put = try await etcd.etcdctl("put", "/new", "value", "-w", "json").output
                #expect(put.contains(#""revision":15"#), "\(put)")
            }
        }
    }

    @Test func convertsAnOlderRevisionAndReplacesOnlyWhenTold() async throws {
        try await self.withFile { file, directory in
            let snapshot = directory.appending("new.db").string
            let first = try await RegistreeProgram.run(
                "convert",
                file,
                snapshot,
                "--revision",
                "7",
                "-o",
                "json"
            )
            #expect(first.exitCode == 0, "\(first.errors)")
            #expect(first.errors.contains("the snapshot ends at revision 7, and the file at 14"))
            #expect(first.output.contains(#""leasedKeys""#))
            let keyspace = try EtcdDatabase(path: snapshot).keyspace()
            #expect(keyspace.revision == 7)
            #expect(keyspace.count == 5)
            let again = try await RegistreeProgram.run("convert", file, snapshot)
            expectFailure(again, 3, "exists already")
            let forced = try await RegistreeProgram.run("convert", file, snapshot, "--force")
            #expect(forced.exitCode == 0, "\(forced.errors)")
            #expect(try EtcdDatabase(path: snapshot).keyspace().revision == 14)
            let etcd = try await RegistreeProgram.run("convert", snapshot, "\(directory)/other.db")
            expectFailure(etcd, 3, "is etcd's already")
            #expect(try names(in: directory) == ["new.db", "server"])
        }
    }

    @Test func comesBackInARehearsal() async throws {
        try await self.withFile { file, directory in
            let result = try await RegistreeProgram.run("rehearse", file, "--scratch-dir", directory.string)
            #expect(result.exitCode == 0, "\(result.errors)\(result.output)")
            #expect(result.output.contains("6 keys at revision 14"), "\(result.output)")
        }
    }

    @Test func anOlderRevisionIsServed() async throws {
        try await self.withFile { file, _ in
            let served = try await ServedEtcd(["-f", file, "--revision", "7"])
            let pod = try await served.etcdctl(.v35, "get", "/registry/pods/default/old", "-w", "json").output
            #expect(pod.contains(#""revision":7"#) && pod.contains(#""count":1"#), "\(pod)")
            #expect(try await served.stop().exitCode == 0)
        }
    }

    /// etcd could not count on from there.
    @Test func isNotConvertedAtARevisionThatNoClusterReaches() async throws {
        try await withTemporaryDirectory { directory in
            let insert = "INSERT INTO kine VALUES(9223372036854775807, '/x', 1, 0, 0, 0, 0, x'', NULL)"
            let file = try await KineFile.make(at: directory.appending("state.db"), [.sql(insert)])
            let result = try await RegistreeProgram.run("convert", file.path.string, "\(directory)/new.db")
            expectFailure(result, 4, "9223372036854775807, which no cluster reaches")
            #expect(try names(in: directory) == ["state.db"])
        }
    }

    /// A cut or changed file is damaged, and says so with its name.
    @Test func isRefusedWhenItIsDamaged() async throws {
        try await self.withFile { file, directory in
            let bytes = try readFile(FilePath(file))
            try writeFile(Array(bytes[..<9000]), to: FilePath(file))
            for words in [["list", "-f", file], ["convert", file, "\(directory)/new.db"]] {
                let result = try await RegistreeProgram.run(words)
                #expect(result.exitCode == 4, "\(words): \(result.errors)")
                #expect(result.errors.contains("state.db: damaged: "), "\(result.errors)")
            }
            let verdict = try await RegistreeProgram.run("verify", file)
            #expect(verdict.exitCode == 4)
            #expect(try names(in: directory) == ["server"])
        }
    }
}
