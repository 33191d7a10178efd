import Crypto
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Backups as people have them: packed, in directories of the programs that made them, or on standard input.
struct PackedBackupTests {
    private static let snapshot = Repository.fixture("plain-etcd/auth-and-leases.db")

    /// Checks that each command reads `source` as it reads the snapshot.
    private func isReadAsTheSnapshot(
        _ source: String,
        _ directory: FilePath,
        input: FilePath = "/dev/null",
        _ place: SourceLocation = #_sourceLocation
    ) async throws {
        func run(_ words: [String]) async throws -> ProgramResult {
            let environment = ["TMPDIR": directory.string]
            return try await RegistreeProgram.run(words, environment: environment, input: input)
        }
        let plain = Self.snapshot.string
        let keys = try await run(["keys", "-f", source])
        #expect(keys.exitCode == 0, "\(keys.errors)", sourceLocation: place)
        let truth = try await RegistreeProgram.run("keys", "-f", plain)
        #expect(keys.standardOutput == truth.standardOutput, sourceLocation: place)
        let status = try await run(["status", source, "-w", "simple"])
        let simple = try await RegistreeProgram.run("status", plain, "-w", "simple")
        #expect(status.output == simple.output, "\(status.errors)", sourceLocation: place)
        let verify = try await run(["verify", source])
        #expect(verify.exitCode == 0, sourceLocation: place)
        #expect(verify.output.contains("sound (SHA-256 matches"), sourceLocation: place)
        let restored = directory.appending("restored")
        let restore = try await run(["restore", source, "--data-dir", restored.string])
        #expect(restore.exitCode == 0, "\(restore.errors)", sourceLocation: place)
        let again = try await RegistreeProgram.run("keys", "-f", restored.string)
        #expect(again.standardOutput == truth.standardOutput, sourceLocation: place)
        try FileManager.default.removeItem(atPath: restored.string)
        let rehearse = try await run(["rehearse", source])
        #expect(rehearse.exitCode == 0, "\(rehearse.output)", sourceLocation: place)
    }

    @Test(arguments: ["gzip", "xz", "zstd"])
    func readsWhatAProgramPacked(program: String) async throws {
        guard let packer = try? RealPrograms.named(program) else { return }
        try await withTemporaryDirectory { directory in
            let path = directory.appending("snapshot.packed")
            let packed = try await packer.succeed(["-c", Self.snapshot.string])
            try writeFile(packed.standardOutput, to: path)
            try await self.isReadAsTheSnapshot(path.string, directory)
            #expect(try readFile(path) == packed.standardOutput)
            #expect(try names(in: directory) == ["snapshot.packed"])
        }
    }

    @Test func readsAZipOfK3sAndATar() async throws {
        try await withTemporaryDirectory { directory in
            let python = try RealPrograms.named("python3")
            let zip = directory.appending("on-demand-node-1700000000.zip").string
            let script =
                "import sys,zipfile; zipfile.ZipFile(sys.argv[1],'w',8).write(sys.argv[2],'on-demand-node-1700000000')"
            _ = try await python.succeed(["-c", script, zip, Self.snapshot.string])
            try await self.isReadAsTheSnapshot(zip, directory)
            let tar = directory.appending("s.tar.gz").string
            let parent = Self.snapshot.removingLastComponent().string
            _ = try await RealPrograms.named("tar").succeed(["-czf", tar, "-C", parent, "auth-and-leases.db"])
            try await self.isReadAsTheSnapshot(tar, directory)
        }
    }

    @Test func thePackedDatabaseOfAMemberIsReadWithAWarning() async throws {
        try await withTemporaryDirectory { directory in
            let snapshots = directory.appending("data/member/snap")
            try FileManager.default.createDirectory(
                atPath: snapshots.string,
                withIntermediateDirectories: true
            )
            try writeFile(readFile(Self.snapshot), to: snapshots.appending("db"))
            let tar = directory.appending("data.tar.gz").string
            _ = try await RealPrograms.named("tar").succeed(["-czf", tar, "-C", directory.string, "data"])
            let keys = try await RegistreeProgram.run("keys", "-f", tar, "--limit", "1")
            #expect(keys.exitCode == 0)
            #expect(keys.errors.contains("data/member/snap/db is a member's database"), "\(keys.errors)")
        }
    }

    @Test func readsStandardInputPackedOrNot() async throws {
        try await withTemporaryDirectory { directory in
            try await self.isReadAsTheSnapshot("-", directory, input: Self.snapshot)
            let packed = directory.appending("s.gz")
            let bytes = try await RealPrograms.named("gzip").succeed(["-c", Self.snapshot.string])
                .standardOutput
            try writeFile(bytes, to: packed)
            try await self.isReadAsTheSnapshot("-", directory, input: packed)
            let empty = try await RegistreeProgram.run("status", "-")
            #expect(empty.exitCode == 4)
            #expect(empty.errors.contains("standard input"))
            let cut = directory.appending("cut.db")
            try writeFile(Array(readFile(Self.snapshot).prefix(20_000)), to: cut)
            let verified = try await RegistreeProgram.run(["verify", "-"], input: cut)
            #expect(verified.exitCode == 4)
            #expect(verified.output.contains("standard input"))
        }
    }

    @Test func readsTheNewestPairOfOpenShift() async throws {
        try await withTemporaryDirectory { directory in
            let place = directory.appending("backup")
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: true)
            try writeFile(Array("old".utf8), to: place.appending("snapshot_2026-01-30_000000.db"))
            try writeFile(
                Array("old".utf8),
                to: place.appending("static_kuberesources_2026-01-30_000000.tar.gz")
            )
            try writeFile(readFile(Self.snapshot), to: place.appending("snapshot_2026-01-31_235959.db"))
            let script = """
                import sys,tarfile
                t=tarfile.open(sys.argv[1],'w:gz')
                for n in ('kube-apiserver-pod-7','etcd-pod-4'):
                    i=tarfile.TarInfo('static-pod-resources/'+n+'/pod.yaml'); t.addfile(i)
                    i=tarfile.TarInfo('static-pod-resources/'+n+'/x'); i.size=1
                    t.addfile(i,__import__('io').BytesIO(b'x'))
                t.close()
                """
            let resources = place.appending("static_kuberesources_2026-01-31_235959.tar.gz").string
            _ = try await RealPrograms.named("python3").succeed(["-c", script, resources])
            try await self.isReadAsTheSnapshot(place.string, directory)
            let status = try await RegistreeProgram.run("status", place.string)
            #expect(status.errors.contains("snapshot_2026-01-31_235959.db is read, the newest pair's"))
            #expect(status.errors.contains("hold etcd-pod-4, kube-apiserver-pod-7"), "\(status.errors)")

            try writeFile(readFile(Self.snapshot), to: place.appending("snapshot_2026-02-01_000000.db"))
            let lone = try await RegistreeProgram.run("status", place.string)
            #expect(
                lone.errors.contains("snapshot_2026-02-01_000000.db is newer and has no static_kuberesources")
            )
        }
    }

    @Test func readsTheNewestBackupOfEtcdManager() async throws {
        try await withTemporaryDirectory { directory in
            let packed = try await RealPrograms.named("gzip").succeed(["-c", Self.snapshot.string])
                .standardOutput
            let store = directory.appending("store")
            for (name, bytes) in [
                ("2026-01-30T00:00:00Z-000001", Array("old".utf8)), ("2026-01-31T00:00:00Z-000002", packed),
                ("control", []),
            ] {
                let backup = store.appending(name)
                try FileManager.default.createDirectory(
                    atPath: backup.string,
                    withIntermediateDirectories: true
                )
                if bytes.isEmpty { continue }
                try writeFile(bytes, to: backup.appending("etcd.backup.gz"))
                let meta = #"{"etcdVersion": "3.5.9", "timestamp": "1700000000"}"#
                try writeFile(Array(meta.utf8), to: backup.appending("_etcd_backup.meta"))
            }
            try await self.isReadAsTheSnapshot(store.string, directory)
            try await self.isReadAsTheSnapshot(
                store.appending("2026-01-31T00:00:00Z-000002").string,
                directory
            )
            let status = try await RegistreeProgram.run("status", store.string)
            #expect(
                status.errors.contains(
                    "2026-01-31T00:00:00Z-000002 is read, the newest of 2 backups, of etcd 3.5.9"
                )
            )
        }
    }

    @Test func tellsHostileArchivesFromDamagedOnes() async throws {
        try await withTemporaryDirectory { directory in
            let zip = directory.appending("s.zip")
            let script = """
                import sys,zipfile
                z=zipfile.ZipFile(sys.argv[1],'w',8)
                for n in sys.argv[3:]: z.write(sys.argv[2],n)
                z.close()
                """
            let python = try RealPrograms.named("python3")
            _ = try await python.succeed(["-c", script, zip.string, Self.snapshot.string, "a", "b"])
            let gzip = directory.appending("s.gz")
            let packed = try await RealPrograms.named("gzip").succeed(["-c", Self.snapshot.string])
                .standardOutput
            try writeFile(Array(packed[..<(packed.count / 2)]), to: gzip)
            for command in FileCommand.allCases {
                let several = try await command.run(on: zip.string, in: directory)
                #expect(several.exitCode == 3, "\(command) \(several.errors)")
                #expect(several.errors.contains("more than one file in it may be the snapshot: \"a\", \"b\""))
                #expect(several.errors.contains("unpack it, and give the one of them that is meant"))
                let cut = try await command.run(on: gzip.string, in: directory)
                #expect(cut.exitCode == 4, "\(command) \(cut.errors)")
                #expect((cut.errors + cut.output).contains("a gzip file, but damaged: it is cut short"))
            }
        }
    }

    @Test func aMissingProgramIsNamedWithWhatToInstall() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("s.xz")
            try writeFile([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], to: path)
            let result = try await RegistreeProgram.run(
                ["status", path.string],
                environment: ["PATH": "/nonexistent"]
            )
            #expect(result.exitCode == 3)
            #expect(result.errors.contains("the program xz that unpacks it is not installed"))
            #expect(result.errors.contains("apt-get install xz-utils"))
        }
    }

    @Test func theCommandForBytesAroundASnapshotNamesTheUnpackedFile() async throws {
        try await withTemporaryDirectory { directory in
            let plain = directory.appending("plain")
            try writeFile(Array("log line\n".utf8) + readFile(Self.snapshot), to: plain)
            let path = directory.appending("s.gz")
            let packed = try await RealPrograms.named("gzip").succeed(["-c", plain.string])
            try writeFile(packed.standardOutput, to: path)
            let result = try await RegistreeProgram.run("verify", path.string)
            #expect(result.exitCode == 4)
            #expect(result.output.contains("tail -c +10 UNPACKED > NEW"))
        }
    }
}

/// Gardener's directories, made from what a real etcd's watch says.
struct GardenerDirectoryTests {
    @Test func aFullSnapshotAndDeltasAreTheStoreThatWentOn() async throws {
        try await withTemporaryDirectory { directory in
            let backup = directory.appending("store/v2")
            try FileManager.default.createDirectory(atPath: backup.string, withIntermediateDirectories: true)
            let plan = EtcdPlan(.v35, in: directory.appending("etcd"))
            try FileManager.default.createDirectory(
                atPath: directory.appending("etcd").string,
                withIntermediateDirectories: true
            )
            try await withRealEtcd(plan) { etcd in
                for number in 1...5 { try await etcd.etcdctl("put", "/registry/k\(number)", "first") }
                let full = directory.appending("full.db").string
                try await etcd.etcdctl("snapshot", "save", full)
                let packed = try await RealPrograms.named("gzip").succeed(["-c", full]).standardOutput
                try writeFile(packed, to: backup.appending("Full-00000000-00000006-1700000000.gz"))
                try await etcd.etcdctl("put", "/registry/k1", "second")
                try await etcd.etcdctl("del", "/registry/k2")
                try await etcd.etcdctl(
                    "txn",
                    input: "\nput /registry/k3 third\nput /registry/k6 new\n\n\n"
                )
                let middle = try await self.watched(etcd, from: 7, to: 9)
                try await etcd.etcdctl("put", "/registry/k2", "again")
                let last = try await self.watched(etcd, from: 10, to: 10)
                try self.write(middle, to: backup.appending("Incr-00000007-00000009-1700000020"))
                try self.write(last, to: backup.appending("Incr-00000010-00000010-1700000040"))

                let hash = try await etcd.etcdctl("endpoint", "hashkv", "-w", "json").output
                let store = directory.appending("store").string
                let status = try await RegistreeProgram.run("status", store, "-o", "json")
                #expect(status.exitCode == 0, "\(status.errors)")
                let said = try #require(hash.firstMatch(of: /"hash":(\d+)/)).1
                #expect(status.output.contains(": \(said)"), "\(status.output) \(hash)")
                let note =
                    "Full-00000000-00000006-1700000000.gz is read, with 5 changes from 2 deltas, up to revision 10"
                #expect(status.errors.contains(note), "\(status.errors)")
                #expect(
                    try await RegistreeProgram.run("verify", store).output.contains("sound (SHA-256 matches")
                )
                try await self.isRestoredAsOf(9, store, in: directory)
                try await self.refusesWhatIsNotThere(store, backup)
            }
        }
    }

    /// The events from one revision to another, as etcdctl prints them.
    private func watched(_ etcd: RealEtcd, from first: Int, to last: Int) async throws -> [Any] {
        let watch = try RealPrograms.etcdctl(.v35).start(
            ["--endpoints", etcd.endpoint, "watch", "", "--prefix", "--rev", "\(first)", "-w", "json"]
        )
        defer { watch.kill() }
        let deadline = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < deadline {
            var events: [Any] = []
            for line in watch.standardOutput.split(separator: UInt8(ascii: "\n")) {
                let answer = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                events += answer?["Events"] as? [Any] ?? []
            }
            let newest = (events.last as? [String: Any])?["kv"] as? [String: Any]
            if (newest?["mod_revision"] as? Int ?? 0) >= last { return events }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw ProgramError("etcdctl watch does not come to revision \(last)")
    }

    private func write(_ events: [Any], to path: FilePath) throws {
        let elements = events.map { event -> [String: Any] in
            ["etcdEvent": event, "time": "2026-01-31T23:59:59.123456789Z"]
        }
        let text = try JSONSerialization.data(withJSONObject: elements)
        try writeFile(Array(text) + SHA256.hash(data: text), to: path)
    }

    private func isRestoredAsOf(_ revision: Int, _ store: String, in directory: FilePath) async throws {
        let restored = directory.appending("restored").string
        let restore = try await RegistreeProgram.run(
            ["restore", store, "--revision", "\(revision)", "--data-dir", restored]
        )
        #expect(restore.exitCode == 0, "\(restore.errors)")
        let keys = try await RegistreeProgram.run("keys", "-f", restored, "--prefix", "/registry/k2")
        #expect(keys.output == "")
        let newest = try await RegistreeProgram.run("keys", "-f", store, "--prefix", "/registry/k2")
        #expect(newest.output.contains("again"))
        let older = try await RegistreeProgram.run(
            ["keys", "-f", store, "--prefix", "/registry/k2", "--revision", "7"]
        )
        #expect(older.output.contains("first"))
        let rehearsed = try await RegistreeProgram.run("rehearse", store, "--revision", "\(revision)")
        #expect(rehearsed.exitCode == 0, "\(rehearsed.output)")
    }

    private func refusesWhatIsNotThere(_ store: String, _ backup: FilePath) async throws {
        let future = try await RegistreeProgram.run(["keys", "-f", store, "--revision", "11"])
        #expect(future.exitCode == 3)
        #expect(future.errors.contains("in the future; the newest is 10"), "\(future.errors)")
        // Before the full snapshot there is its history, of which a state can be restored too.
        let early = try await RegistreeProgram.run(["keys", "-f", store, "--revision", "3", "--keys-only"])
        #expect(early.lines.filter { !$0.isEmpty } == ["/registry/k1", "/registry/k2"], "\(early.errors)")
        let earlier = try await RegistreeProgram.run("restore", store, "--revision", "3", "--dry-run")
        #expect(earlier.exitCode == 0, "\(earlier.errors)")
        let plain = Repository.fixture("etcd-3.5/history.db").string
        let one = try await RegistreeProgram.run("restore", plain, "--revision", "9", "--dry-run")
        #expect(one.exitCode == 3)
        #expect(one.errors.contains("revision 9 has been compacted"), "\(one.errors)")
        try FileManager.default.removeItem(
            atPath: backup.appending("Incr-00000007-00000009-1700000020").string
        )
        let gap = try await RegistreeProgram.run("verify", store)
        #expect(gap.exitCode == 4)
        #expect(gap.output.contains("what is between them is missing"), "\(gap.output)")
        let between = try await RegistreeProgram.run(["keys", "-f", store, "--revision", "8"])
        #expect(between.exitCode == 4)
        #expect(between.errors.contains("--revision 6 gives the newest state before it"), "\(between.errors)")
        let before = try await RegistreeProgram.run(["keys", "-f", store, "--revision", "6"])
        #expect(before.exitCode == 0, "\(before.errors)")
    }
}
