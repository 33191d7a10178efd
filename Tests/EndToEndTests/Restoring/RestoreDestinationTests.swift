import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

extension OneAtATime {
    /// Where a restore may write, what it makes there, and what it never touches.
    struct RestoreDestinationTests {
        static let snapshot = Repository.fixture("plain-etcd/auth-and-leases.db")

        /// What lies at the destination already, and what is said of it.
        struct Taken: Sendable, CustomTestStringConvertible {
            var name: String
            var words: String
            var make: @Sendable (FilePath) throws -> Void
            var testDescription: String { self.name }
        }

        static let taken = [
            Taken(name: "a file", words: "exists already") { try writeFile([1], to: $0) },
            Taken(name: "a filled directory", words: "is not empty") { path in
                try makeDirectory(path)
                try writeFile([1], to: path.appending("file"))
            },
            Taken(name: "a link to a file", words: "exists already") { path in
                try writeFile([1], to: path.removingLastComponent().appending("target"))
                symlink("target", path.string)
            },
            Taken(name: "a link to a filled directory", words: "is not empty") { path in
                let target = path.removingLastComponent().appending("target")
                try makeDirectory(target)
                try writeFile([1], to: target.appending("file"))
                symlink("target", path.string)
            },
            Taken(name: "a dangling link", words: "exists already") { _ = symlink("nowhere", $0.string) },
            Taken(name: "a pipe", words: "exists already") { _ = mkfifo($0.string, 0o600) },
            Taken(name: "a device", words: "exists already") { _ = symlink("/dev/full", $0.string) },
        ]

        @Test(
            arguments: taken,
            [["--data-dir"], ["--data-dir", "/nonexistent", "--wal-dir"], ["--all-members"]]
        )
        func whatExistsIsNeverReplaced(there: Taken, flags: [String]) async throws {
            try await withTemporaryDirectory { directory in
                let path = directory.appending("taken")
                try there.make(path)
                // A log's directory must not exist at all; the data directory's own parent is fine.
                let log = flags.count > 1
                let line = log ? ["--data-dir", directory.appending("data").string, "--wal-dir"] : flags
                let before = try listing(of: directory)
                let result = try await RegistreeProgram.run(
                    ["restore", Self.snapshot.string] + line + [path.string]
                )
                // In a directory of all members only their own names must be free.
                if flags == ["--all-members"], there.words == "is not empty" {
                    #expect(result.exitCode == 0, "\(result.errors)")
                    return
                }
                #expect(result.exitCode == 3, "\(result.errors)")
                #expect(result.errors.contains(log ? "exists already" : there.words), "\(result.errors)")
                #expect(!result.errors.contains("--force"), "\(result.errors)")
                #expect(try listing(of: directory) == before)
            }
        }

        /// A new volume has `lost+found` in it.
        @Test func theTopOfAVolumeIsSaidToBeOne() async throws {
            try await withTemporaryDirectory { directory in
                let volume = directory.appending("volume")
                try makeDirectory(volume)
                try makeDirectory(volume.appending("lost+found"))
                let refused = try await RegistreeProgram.run(
                    "restore",
                    Self.snapshot.string,
                    "--data-dir",
                    volume.string
                )
                #expect(refused.exitCode == 3)
                #expect(refused.errors.contains("is the top of a volume: it has the directory lost+found"))
                #expect(refused.errors.contains("\(volume)/etcd"))
                let below = try await RegistreeProgram.run(
                    "restore",
                    Self.snapshot.string,
                    "--data-dir",
                    "\(volume)/etcd"
                )
                #expect(below.exitCode == 0, "\(below.errors)")
            }
        }

        @Test(arguments: ["data", "link"])
        func anEmptyDirectoryIsFilled(name: String) async throws {
            try await withTemporaryDirectory { directory in
                try makeDirectory(directory.appending("data"))
                chmod(directory.appending("data").string, 0o750)
                symlink("data", directory.appending("link").string)
                let result = try await RegistreeProgram.run(
                    "restore",
                    Self.snapshot.string,
                    "--data-dir",
                    directory.appending(name).string
                )
                #expect(result.exitCode == 0, "\(result.errors)")
                #expect(try names(in: directory.appending("data")) == ["member"])
                // It is somebody's own: a mount point, perhaps.
                #expect(try mode(of: directory.appending("data")) == 0o750)
                #expect(try mode(of: directory.pushing("data/member")) == 0o700)
            }
        }

        @Test func aMissingParentIsNamed() async throws {
            try await withTemporaryDirectory { directory in
                for flag in ["--data-dir", "--all-members"] {
                    let path = directory.pushing("no/data").string
                    let result = try await RegistreeProgram.run("restore", Self.snapshot.string, flag, path)
                    #expect(result.exitCode == 3)
                    #expect(result.errors.contains("\(path): its parent directory does not exist"))
                    #expect(result.errors.contains("create the directory first"))
                    #expect(try names(in: directory) == [])
                }
            }
        }

        /// Root may write everywhere, so a file system that nobody may write to stands for the missing right.
        @Test(.mayMount) func aParentThatMayNotBeWrittenIsNamed() async throws {
            try await withTemporaryDirectory { directory in
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                try await Mounting.withFileSystem("size=1m", at: trial.place, flags: UInt(MS_RDONLY)) {
                    let result = try await RegistreeProgram.run(trial.arguments)
                    #expect(result.exitCode == 6, "\(result.errors)")
                    #expect(result.errors.contains("\(trial.destination): Read-only file system"))
                }
            }
        }

        @Test(arguments: [0o000, 0o022, 0o077, 0o777])
        func everythingIsPrivateAtAnyUmask(umask: Int) async throws {
            try await withTemporaryDirectory { directory in
                let registree = try RegistreeProgram.located().path.string
                let script = "umask \(String(umask, radix: 8)); exec \"$@\""
                let lines = [
                    ["--data-dir", directory.appending("data").string],
                    [
                        "--data-dir", directory.appending("data2").string, "--wal-dir",
                        directory.appending("wal").string,
                    ],
                    [
                        "--all-members", directory.appending("all").string, "--initial-cluster",
                        "a=http://a:1,b=http://b:1",
                    ],
                ]
                for line in lines {
                    let words = ["-c", script, "sh", registree, "restore", Self.snapshot.string] + line
                    let result = try await RealPrograms.named("sh").run(words)
                    #expect(result.exitCode == 0, "\(result.errors)")
                }
                let made = try FileManager.default.subpathsOfDirectory(atPath: directory.string)
                #expect(made.count > 20)
                for path in made {
                    let path = directory.pushing(FilePath(path))
                    let expected: mode_t = isDirectory(path) ? 0o700 : 0o600
                    #expect(try mode(of: path) == expected, "\(path)")
                }
            }
        }

        @Test func aDryRunWritesNothing() async throws {
            try await withTemporaryDirectory { directory in
                let members = ["--initial-cluster", "m1=http://h1:1,m2=http://h2:1"]
                let lines = [
                    ["--data-dir", "data"], ["--data-dir", "data", "--wal-dir", "wal"],
                    ["--all-members", "all"] + members, ["-o", "json"],
                ]
                for line in lines {
                    let words = ["restore", Self.snapshot.string, "--dry-run"] + line
                    let result = try await RegistreeProgram.run(words, directory: directory)
                    #expect(result.exitCode == 0, "\(result.errors)")
                    #expect(result.output.contains("nothing was written") || line.contains("json"))
                    #expect(try names(in: directory) == [])
                }
            }
        }

        @Test func aSnapshotWithoutDigestIsRestoredOnlyWhenThatIsSaid() async throws {
            try await withTemporaryDirectory { directory in
                let path = directory.appending("without.db")
                try writeFile(readFile(Self.snapshot).dropLast(32), to: path)
                let trial = try RestoreTrial(path, in: directory)
                let refused = try await RegistreeProgram.run(trial.arguments)
                #expect(refused.exitCode == 3)
                #expect(refused.errors.contains("has no digest, so damage to it could not be seen"))
                #expect(refused.errors.contains("--skip-hash-check"))
                #expect(try names(in: trial.place) == [])
                let done = try await RegistreeProgram.run(trial.arguments + ["--skip-hash-check"])
                #expect(done.exitCode == 0, "\(done.errors)")
                #expect(done.output.contains("not compared (--skip-hash-check)"))
                try await #expect(trial.expectAllOrNothing("without digest"))
            }
        }

        @Test func aDamagedSnapshotIsRefusedWhateverIsSaid() async throws {
            try await withTemporaryDirectory { directory in
                let path = directory.appending("damaged.db")
                let bytes = try readFile(Self.snapshot)
                // In a value: only the digest sees it.
                var value = bytes
                value[try #require(bytes.firstRange(of: Array("binary-prefix".utf8))?.lowerBound ?? 9000)] ^=
                    1
                try writeFile(value, to: path)
                let trial = try RestoreTrial(path, in: directory)
                let differs = try await RegistreeProgram.run(trial.arguments)
                #expect(differs.exitCode == 4)
                #expect(differs.errors.contains("but its bytes have"), "\(differs.errors)")
                #expect(try names(in: trial.place) == [])

                // The page that a root points to says that it is another one: no digest is needed to see that.
                var structure = bytes
                for page in 3..<6 { structure[page * 4096] ^= 0xFF }
                for skips in [[], ["--skip-hash-check"]] {
                    try writeFile(structure, to: path)
                    let result = try await RegistreeProgram.run(trial.arguments + skips)
                    #expect(result.exitCode == 4, "\(skips): \(result.output)\(result.errors)")
                    #expect(try names(in: trial.place) == [])
                }
            }
        }

        /// Two at once to one destination: exactly one wins, and the other says so.
        @Test func ofManyAtOnceOneWins() async throws {
            try await withTemporaryDirectory { directory in
                let trial = try RestoreTrial(Self.snapshot, in: directory)
                for round in 0..<Effort.tries(5, full: 200) {
                    let running = try (0..<4).map { _ in try trial.start() }
                    var codes: [Int32] = []
                    for one in running { codes.append(try await one.wait().exitCode) }
                    #expect(codes.sorted() == [0, 3, 3, 3], "round \(round)")
                    try await #expect(trial.expectAllOrNothing("round \(round)"))
                    try trial.clear()
                }
            }
        }
    }
}

private func makeDirectory(_ path: FilePath) throws {
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
}

private func mode(of path: FilePath) throws -> CModeT {
    try Stat(path, followTargetSymlink: false).permissions.rawValue
}

private func isDirectory(_ path: FilePath) -> Bool { (try? Stat(path))?.type == .directory }

/// Everything below a directory with its kind, size and time of change.
private func listing(of directory: FilePath) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: directory.string).sorted().map { name in
        let path = directory.pushing(FilePath(name))
        guard let status = try? Stat(path, followTargetSymlink: false) else { return name }
        let written = status.st_mtim
        return "\(name) \(status.mode.rawValue) \(status.size) \(written.tv_sec).\(written.tv_nsec)"
    }
}
