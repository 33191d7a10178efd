import Foundation
import SystemPackage
import TestSupport
import Testing

/// Beside a key of bucket `key` that is no revision, everything else is read, and that something is missing is said.
struct MalformedRevisionTests {
    static let reported = Repository.fixture("cases/malformed-revision-key.db").string
    static let sentence = "no revision (page "

    /// A snapshot in which the record of a key has a revision without its separator.
    func withoutSeparator(before key: String, _ body: (FilePath) async throws -> Void) async throws {
        var bytes = try readFile(Repository.fixture("plain-etcd/auth-and-leases.db"))
        // A record of bucket `key`: its revision, then a message that begins with the key's length.
        let message = [0x0A, UInt8(key.utf8.count)] + Array(key.utf8) + [0x10]
        let start = try #require(bytes.firstRange(of: message)).lowerBound
        let separator = start - 17 + 8
        try #require(bytes[separator] == UInt8(ascii: "_"))
        bytes[separator] = UInt8(ascii: "-")
        try await withTemporaryDirectory { directory in
            let path = directory.appending("malformed.db")
            try writeFile(bytes, to: path)
            try await body(path)
        }
    }

    @Test func theOtherKeysAreShownAndTheExitCodeIsOne() async throws {
        let sound = Repository.fixture("plain-etcd/auth-and-leases.db").string
        let all = try await RegistreeProgram.run("keys", "-f", sound, "--keys-only")
        try await self.withoutSeparator(before: "bin/value") { path in
            let result = try await RegistreeProgram.run("keys", "-f", path.string, "--keys-only")
            #expect(result.exitCode == 1)
            #expect(result.lines == all.lines.filter { $0 != "bin/value" })
            #expect(result.errors.contains("1 key of bucket key is \(Self.sentence)"), "\(result.errors)")
            // The file as a whole is damaged.
            for words in [["verify", path.string], ["status", path.string, "--check"]] {
                let judged = try await RegistreeProgram.run(words)
                #expect(judged.exitCode == 4, "\(judged.output)")
            }
        }
    }

    @Test(arguments: ["list", "tree", "api-resources", "get", "describe", "keys", "helm list"])
    func everyReadingCommandSaysIt(command: String) async throws {
        let resources = ["get", "describe"].contains(command) ? ["all", "-A"] : []
        let words = command.split(separator: " ").map(String.init) + resources + ["-f", Self.reported]
        let result = try await RegistreeProgram.run(words)
        #expect(result.exitCode == 1, "\(result.errors)")
        #expect(result.errors.contains(Self.sentence), "\(result.errors)")
    }

    @Test func theStatusIsShownWithoutAHashThatMembersCouldCompare() async throws {
        let table = try await RegistreeProgram.run("status", Self.reported)
        #expect(table.exitCode == 1)
        #expect(table.output.contains("HashKV             none"), "\(table.output)")
        #expect(table.errors.contains(Self.sentence), "\(table.errors)")
        let plain = try await RegistreeProgram.run("status", Self.reported, "-w", "simple")
        #expect(plain.exitCode == 1)
        #expect(plain.lines.count == 1)
    }

    /// etcd does not start on such a file.
    @Test func nothingIsMadeOfIt() async throws {
        try await withTemporaryDirectory { directory in
            let restored = directory.appending("restored")
            for words in [
                ["verify", Self.reported],
                ["restore", Self.reported, "--data-dir", restored.string],
                ["restore", Self.reported, "--data-dir", restored.string, "--skip-hash-check"],
                ["serve", "etcd", "-f", Self.reported, "--listen-client-urls", "unix://\(directory)/s"],
            ] {
                let result = try await RegistreeProgram.run(words)
                #expect(result.exitCode == 4, "\(words): \(result.errors)")
                #expect(!exists(restored))
            }
        }
    }
}
