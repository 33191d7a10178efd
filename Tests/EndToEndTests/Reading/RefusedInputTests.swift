import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

extension OneAtATime {
    /// What is no readable snapshot is refused by every command, in words that name the cause.
    struct RefusedInputTests {
        static let snapshot = Repository.fixture("plain-etcd/auth-and-leases.db")

        /// Something that somebody may name by mistake, and what is to be said of it.
        struct Input: Sendable, CustomTestStringConvertible {
            var name: String
            var words: String
            var exitCode: Int32 = 3
            /// Puts it at the path; nothing for what need not be made.
            var make: @Sendable (FilePath) async throws -> Void = { _ in }

            var testDescription: String { self.name }
        }

        static let inputs = [
            Input(name: "missing", words: "no such file or directory"),
            Input(name: "empty", words: "the file is empty", exitCode: 4) { path in
                try writeFile([], to: path)
            },
            Input(name: "text", words: "not a bbolt file") { path in
                try writeFile(Array(repeating: UInt8(ascii: "a"), count: 50000), to: path)
            },
            Input(name: "one-byte", words: "needs 64 bytes, only 0 are there", exitCode: 4) { path in
                try writeFile([0x61], to: path)
            },
            Input(name: "snapshot.bz2", words: "a bzip2 file: unpack it first") { path in
                let script = "import sys,bz2; bz2.open(sys.argv[1],'w').write(open(sys.argv[2],'rb').read())"
                let words = ["-c", script, path.string, snapshot.string]
                _ = try await RealPrograms.named("python3").succeed(words)
            },
            // The magic number of the frame format; nothing behind it is looked at.
            Input(name: "snapshot.lz4", words: "a lz4 file: unpack it first") { path in
                try writeFile([0x04, 0x22, 0x4D, 0x18, 0x64, 0x40], to: path)
            },
            Input(name: "state.db", words: "a SQLite database, as kine keeps one") { path in
                let script =
                    "import sys,sqlite3; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE kine(id)')"
                _ = try await RealPrograms.named("python3").succeed(["-c", script, path.string])
            },
            Input(name: "snapshot.age", words: "encrypted with age: decrypt it first") { path in
                try writeFile(Array("age-encryption.org/v1\n-> X25519 ".utf8) + [0, 1, 2], to: path)
            },
            Input(name: "snapshot.asc", words: "encrypted with age: decrypt it first") { path in
                try writeFile(Array("-----BEGIN AGE ENCRYPTED FILE-----\n".utf8), to: path)
            },
            Input(name: "snapshot.b64", words: "a snapshot in base64: decode it first") { path in
                let encoded = try Data(readFile(snapshot)).base64EncodedData(options: .lineLength76Characters)
                try writeFile(Array(encoded), to: path)
            },
            Input(name: "answer", words: "not a bbolt file but text") { path in
                try writeFile(Array("error: unable to upgrade connection\n".utf8), to: path)
            },
            Input(name: "zeros", words: "the file holds zeros only", exitCode: 4) { path in
                try writeFile(Array(repeating: 0, count: 40_000), to: path)
            },
            Input(name: "one-zero", words: "the file holds zeros only", exitCode: 4) { path in
                try writeFile([0], to: path)
            },
            Input(name: "half", words: "cut short", exitCode: 4) { path in
                let bytes = try readFile(snapshot)
                try writeFile(Array(bytes[..<(bytes.count / 2)]), to: path)
            },
            Input(name: "no-member", words: "neither a snapshot file nor a member's data directory") { path in
                try FileManager.default.createDirectory(
                    atPath: path.string,
                    withIntermediateDirectories: true
                )
            },
            Input(name: "pipe", words: "is a pipe, not a file") { path in
                #expect(mkfifo(path.string, 0o600) == 0)
            },
            Input(name: "socket", words: "is a socket, not a file") { path in
                let script = "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"
                _ = try await RealPrograms.named("python3").succeed(["-c", script, path.string])
            },
            Input(name: "device", words: "is a device, not a file") { path in
                #expect(symlink("/dev/zero", path.string) == 0)
            },
            Input(name: "loop", words: "symbolic links", exitCode: 6) { path in
                #expect(symlink(path.string, path.string) == 0)
            },
            Input(name: "dangling", words: "no such file or directory") { path in
                #expect(symlink("/nonexistent", path.string) == 0)
            },
        ]

        @Test(arguments: inputs)
        func isNamedForWhatItIs(input: Input) async throws {
            for command in FileCommand.allCases {
                try await withTemporaryDirectory { directory in
                    let path = directory.appending(input.name)
                    try await input.make(path)
                    let result = try await command.run(on: path.string, in: directory)
                    #expect(result.exitCode == input.exitCode, "\(command): \(result.errors)")
                    // A verdict is what `verify` is asked for; everything else is an error.
                    let said = result.errors.isEmpty ? result.output : result.errors
                    #expect(said.contains(input.words), "\(command)")
                    let restored = directory.appending("restored").string
                    #expect(!FileManager.default.fileExists(atPath: restored), "\(command)")
                }
            }
        }

        /// Root may read everything, so the commands run as nobody.
        @Test(.enabled(if: getuid() == 0, "only root may run a command as somebody else"))
        func aFileThatMayNotBeReadIsNamedWithTheCause() async throws {
            let asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]
            try await withTemporaryDirectory { directory in
                // A copy, because the checkout may lie where nobody else can go.
                let registree = directory.appending("registree")
                try WrittenProgram.copy(RegistreeProgram.located().path, to: registree)
                chmod(directory.string, 0o777)
                let path = directory.appending("private.db")
                try writeFile(readFile(Self.snapshot), to: path)
                chmod(path.string, 0o600)
                for command in FileCommand.allCases {
                    let words = command.arguments(path.string, restoringTo: directory.appending("restored"))
                    let result = try await RealPrograms.named("setpriv")
                        .run(asNobody + [registree.string] + words)
                    #expect(result.exitCode == 6, "\(command): \(result.output)")
                    #expect(result.errors.contains("cannot open \(path): Permission denied"), "\(command)")
                }
            }
        }

        @Test(arguments: [FileCommand.list, .tree, .get, .keys])
        func aRevisionThatIsNotThereIsRefused(command: FileCommand) async throws {
            let snapshot = Repository.fixture("etcd-3.5/history.db").string
            let cases = [
                ("1", 3, "revision 1 has been compacted; the oldest that is kept is "),
                ("42", 3, "revision 42 is in the future; the newest is 41"),
                ("9223372036854775807", 3, "is in the future"),
                ("0", 3, "--revision must be 1 or more"),
                ("-5", 3, "--revision"),
                ("many", 3, "'many' is invalid for '--revision <n>'"),
            ]
            try await withTemporaryDirectory { directory in
                for (revision, exitCode, words) in cases {
                    let line = command.arguments(snapshot, restoringTo: directory) + ["--revision", revision]
                    let result = try await RegistreeProgram.run(line)
                    #expect(result.exitCode == exitCode, "\(revision): \(result.errors)")
                    #expect(result.errors.contains(words), "\(result.errors)")
                    #expect(result.output == "")
                }
            }
        }

        static let misuses: [(line: [String], words: String)] = [
            ([], "registree"),
            (["stattus"], "stattus"),
            (["status"], "Missing expected argument '<file>'"),
            (["status", "a", "b"], "Unexpected argument 'b'"),
            (["status", "a", "-w", "xml"], "'xml' is invalid"),
            (["verify", "a", "--output", "yaml"], "'yaml' is invalid"),
            (["verify", "a", "--fast"], "Unknown option '--fast'"),
            (["list", "-f"], "Missing value for '-f"),
            (["list", "-f", "a", "-n", ""], "-n needs a namespace's name"),
            (["tree", "-f", "a", "--depth", "-1"], "--depth"),
            (["get", "-f", "a"], "Missing expected argument"),
            (["get", "-f", "a", "pods", "web", "-A"], "cannot be asked for by name across all namespaces"),
            (["keys", "-f", "a", "--prefix", "--from-key", "k"], "exclude each other"),
            (["keys", "-f", "a", "--keys-only", "--print-value-only"], "exclude each other"),
            (["keys", "-f", "a", "--limit", "-1"], "--limit"),
            (["keys", "k", "--command-timeout", "5"], "--command-timeout"),
            (["put"], "Missing expected argument '<key>'"),
            (["put", "", "v"], "The key is empty"),
            (["delete", ""], "The key is empty"),
            (["restore"], "Missing expected argument '<file>'"),
            (
                ["restore", "a", "--all-members", "d", "--data-dir", "e"],
                "--all-members names every directory"
            ),
            (["restore", "a", "--bump-revision", "5"], "--bump-revision needs --mark-compacted"),
            (["restore", "a", "--mark-compacted"], "--mark-compacted needs --bump-revision"),
            (
                ["serve", "etcd", "--missing-lease-ttl", "10ms"],
                "--missing-lease-ttl must be 1s or more"
            ),
            (["restore", "a", "--bump-revision", "-1"], "--bump-revision"),
            (["restore", "a", "--initial-cluster", "m1"], "m1"),
            (["restore", "a", "--initial-cluster", "m1=ftp://h:1"], "is not a peer URL"),
            (["restore", "a", "--name", "m2", "--initial-cluster", "m1=http://h:1"], "m2"),
        ]

        @Test(arguments: misuses)
        func aCommandLineThatMakesNoSenseIsBadUsage(line: [String], words: String) async throws {
            try await withTemporaryDirectory { directory in
                let result = try await RegistreeProgram.run(line, directory: directory)
                #expect(result.exitCode == (line.isEmpty ? 0 : 3), "\(line): \(result.errors)")
                let said = line.isEmpty ? result.output : result.errors
                #expect(said.contains(words), "\(line): \(said)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory.string).isEmpty)
            }
        }

        @Test func theVariableNamesASourceAndTheFlagWins() async throws {
            let environment = ["REGISTREE_FROM": Self.snapshot.string]
            let named = try await RegistreeProgram.run("keys", "--limit", "1", environment: environment)
            #expect(named.exitCode == 0)
            #expect(named.output != "")
            let other = try await RegistreeProgram.run(
                ["keys", "-f", "/nonexistent"],
                environment: environment
            )
            #expect(other.exitCode == 3)
            #expect(other.errors.contains("/nonexistent: no such file or directory"))
        }
    }
}
