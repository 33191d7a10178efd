import Foundation
import SystemPackage
import TestSupport
import Testing

/// Of a file that holds a sound snapshot and more, `verify` says what there is more and how the snapshot is taken out.
struct EnclosedSnapshotTests {
    static let sound = Repository.fixture("plain-etcd/auth-and-leases.db")
    static let prompt = Array("/ # cat /tmp/backup.db\r\n".utf8)

    /// What happened to a snapshot on its way.
    struct Way: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var words: String
        var change: @Sendable ([UInt8]) -> [UInt8]
    }

    static let ways = [
        Way(testDescription: "a prompt", words: "24 bytes come before the database") { Self.prompt + $0 },
        Way(testDescription: "one byte", words: "1 byte comes before the database") { [0x0A] + $0 },
        // Then the first meta page lies where the second one is looked for.
        Way(testDescription: "a page of text", words: "4096 bytes come before the database") {
            Array(repeating: UInt8(ascii: "#"), count: 4096) + $0
        },
        Way(testDescription: "zeros first", words: "512 bytes come before the database") {
            Array(repeating: 0, count: 512) + $0
        },
        Way(testDescription: "a line feed", words: "1 byte comes after the digest") { $0 + [0x0A] },
        Way(testDescription: "one zero", words: "1 byte comes after the digest") { $0 + [0] },
        // As long as a database without a digest.
        Way(testDescription: "zeros to the end of a block", words: "480 bytes come after the digest") {
            $0 + Array(repeating: 0, count: 480)
        },
        // As long as a snapshot, whose digest would be zeros.
        Way(testDescription: "a block of zeros", words: "512 bytes come after the digest") {
            $0 + Array(repeating: 0, count: 512)
        },
        Way(testDescription: "many zeros", words: "1000000 bytes come after the digest") {
            $0 + Array(repeating: 0, count: 1_000_000)
        },
        Way(
            testDescription: "a prompt on both sides",
            words: "24 bytes come before the database, and 24 bytes come after the digest"
        ) { Self.prompt + $0 + Self.prompt },
        Way(testDescription: "a terminal", words: "carriage return before each line feed") { terminal($0) },
        Way(
            testDescription: "a terminal with prompts",
            words: "23 bytes come before the database, and 23 bytes come after the digest, and a terminal"
        ) {
            let prompt = Self.prompt.filter { $0 != 0x0D }
            return terminal(prompt + $0 + prompt)
        },
        Way(testDescription: "a terminal and a line feed behind", words: "1 byte comes after the digest") {
            terminal($0 + [0x0A])
        },
    ]

    @Test(arguments: ways)
    func isTakenOutByTheCommandThatVerifyPrints(way: Way) async throws {
        let original = try readFile(Self.sound)
        try await withTemporaryDirectory { directory in
            // A name that a shell would take apart.
            let path = directory.appending("it's a backup.db")
            let changed = way.change(original)
            try writeFile(changed, to: path)
            let result = try await RegistreeProgram.run(["verify", "it's a backup.db"], directory: directory)
            #expect(result.exitCode == 4, "\(result.output)\(result.errors)")
            #expect(result.output.contains(way.words), "\(result.output)")
            let line = try #require(result.lines.first { $0.hasSuffix(" > NEW") }, "\(result.output)")
            let command = String(line.drop { $0 == " " })
            _ = try await RealPrograms.named("sh").succeed(["-c", command], directory: directory)
            let isOriginal = try readFile(directory.appending("NEW")) == original
            #expect(isOriginal, "\(command)")
            let isUnchanged = try readFile(path) == changed
            #expect(isUnchanged)

            let json = try await RegistreeProgram.run(["verify", path.string, "-o", "json"])
            let report = try JSONDecoder().decode(Report.self, from: Data(json.standardOutput))
            #expect(report.snapshotInside.size == original.count)
            #expect(report.verdict == "damaged")
        }
    }

    /// The last byte of the digest is one of those that a terminal puts or translates.
    @Test(arguments: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])
    func isTakenOutWhenItsDigestEndsInHalfALineEnd(last: UInt8) async throws {
        try await withTemporaryDirectory { directory in
            let original = try await snapshotWhoseDigestEnds(in: last, directory)
            try writeFile(terminal(original), to: directory.appending("typed.db"))
            let result = try await RegistreeProgram.run(["verify", "typed.db"], directory: directory)
            let line = try #require(result.lines.first { $0.hasSuffix(" > NEW") }, "\(result.output)")
            _ = try await RealPrograms.named("sh").succeed(["-c", line], directory: directory)
            let isOriginal = try readFile(directory.appending("NEW")) == original
            #expect(isOriginal, "\(line)")
        }
    }

    /// Without a digest that matches nothing is without doubt.
    @Test func ofADamagedSnapshotNoCommandIsPrinted() async throws {
        var bytes = try readFile(Self.sound)
        bytes[bytes.count / 2] ^= 1
        try await withTemporaryDirectory { directory in
            let path = directory.appending("damaged.db")
            for changed in [Self.prompt + bytes, bytes + [0x0A], terminal(bytes), bytes] {
                try writeFile(changed, to: path)
                let result = try await RegistreeProgram.run("verify", path.string)
                #expect(result.exitCode == 4, "\(result.output)\(result.errors)")
                #expect(!result.output.contains("NEW"), "\(result.output)")
            }
        }
    }

    /// As long as it should be, as downloads are that take the room first.
    @Test func anEndOfZerosIsNamed() async throws {
        var bytes = try readFile(Repository.fixture("etcd-3.5/history.db"))
        let end = bytes.count / 2
        bytes[end - 1] = 1
        for offset in end..<bytes.count { bytes[offset] = 0 }
        try await withTemporaryDirectory { directory in
            let path = directory.appending("half.db")
            try writeFile(bytes, to: path)
            let result = try await RegistreeProgram.run("verify", path.string)
            #expect(result.exitCode == 4)
            #expect(result.output.contains("From byte \(end) on it holds zeros only"), "\(result.output)")
        }
    }

    @Test(arguments: ["cases/log-line-first.db", "cases/trailing-newline.db"])
    func isFoundInFilesThatPeopleReported(name: String) async throws {
        try await withTemporaryDirectory { directory in
            let path = Repository.fixture(name).string
            let result = try await RegistreeProgram.run(["verify", path], directory: directory)
            #expect(result.exitCode == 4)
            let line = try #require(result.lines.first { $0.hasSuffix(" > NEW") }, "\(result.output)")
            _ = try await RealPrograms.named("sh").succeed(["-c", line], directory: directory)
            let verified = try await RegistreeProgram.run(["verify", "NEW"], directory: directory)
            #expect(verified.exitCode == 0, "\(verified.output)")
            #expect(verified.output.contains("sound (SHA-256 matches"))
        }
    }

    /// The other commands name it too, and read what they can.
    @Test func theOtherCommandsSayWhatIsOddAboutTheFile() async throws {
        let before = Repository.fixture("cases/log-line-first.db").string
        let behind = Repository.fixture("cases/trailing-newline.db").string
        for words in [["status"], ["list", "-f"], ["keys", "-f"]] {
            let refused = try await RegistreeProgram.run(words + [before])
            #expect(refused.exitCode == 4)
            #expect(refused.errors.contains("bytes come before the database"), "\(refused.errors)")
            #expect(refused.errors.contains("`registree verify \(before)`"), "\(refused.errors)")
            let read = try await RegistreeProgram.run(words + [behind])
            #expect(read.exitCode == 0)
            #expect(read.errors.contains("the last 33 bytes are neither a page nor a digest"))
        }
    }
}

/// `registree verify -o json`, as far as it is compared here.
private struct Report: Decodable {
    struct Inside: Decodable { var size: Int }

    var verdict: String
    var snapshotInside: Inside
}

/// What a terminal makes of the bytes that a program writes to it: a carriage return goes before each line feed.
private func terminal(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
}

/// A sound snapshot whose last byte is `last`: the fixture, with bytes of a page's free space changed until it is.
private func snapshotWhoseDigestEnds(in last: UInt8, _ directory: FilePath) async throws -> [UInt8] {
    let script = """
        import hashlib, sys
        database = bytearray(open(sys.argv[1], 'rb').read()[:-32])
        for number in range(1 << 16):
            # Behind the meta page's content, where bbolt looks at nothing.
            database[200:204] = number.to_bytes(4, 'little')
            digest = hashlib.sha256(database).digest()
            if digest[-1] == int(sys.argv[2]):
                open(sys.argv[3], 'wb').write(database + digest)
                break
        """
    let made = directory.appending("made.db")
    let words = ["-c", script, EnclosedSnapshotTests.sound.string, "\(last)", made.string]
    _ = try await RealPrograms.named("python3").succeed(words)
    return try readFile(made)
}
