import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registree verify` calls real snapshots sound and damaged ones damaged, and changes neither.
struct VerifyTests {
    static let small = Repository.fixture("plain-etcd/auth-and-leases.db")

    @Test(arguments: RecordedSnapshot.all)
    func findsRealSnapshotsSound(snapshot: RecordedSnapshot) async throws {
        let result = try await RegistreeProgram.run("verify", snapshot.path.string)
        #expect(result.exitCode == 0)
        #expect(result.lines.last?.contains("sound") == true)
        #expect(result.errors == "")
    }

    @Test func saysThatADatabaseWithoutDigestProvesNoValues() async throws {
        try await withTemporaryDirectory { directory in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.small.string))
            let path = directory.appending("without-digest.db").string
            try bytes.dropLast(32).write(to: URL(fileURLWithPath: path))
            let result = try await RegistreeProgram.run("verify", path)
            #expect(result.exitCode == 0)
            #expect(result.output.contains("no digest: values are not proved"))
        }
    }

    /// With a digest every change is found; the whole file is swept in process by the rooms' own tests,
    /// so here a stride through it shows that the program as a whole neither traps nor misses one.
    @Test func findsEveryFlippedByteThatItIsShown() async throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.small.string))
        try await withTemporaryDirectory { directory in
            let path = directory.appending("flipped.db").string
            for offset in stride(from: 0, to: bytes.count, by: 211) {
                var flipped = bytes
                flipped[offset] ^= 0x41
                try flipped.write(to: URL(fileURLWithPath: path))
                let result = try await RegistreeProgram.run("verify", path)
                #expect(result.exitCode == 4, "byte \(offset): \(result.output)\(result.errors)")
                let unchanged = try Data(contentsOf: URL(fileURLWithPath: path)) == flipped
                #expect(unchanged, "verify changed the file")
                try await expectNoTrap("status", path)
            }
        }
    }

    @Test func findsEveryCutThatItIsShown() async throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.small.string))
        try await withTemporaryDirectory { directory in
            let path = directory.appending("cut.db").string
            let withinTheDigest = bytes.count - 31..<bytes.count
            let lengths =
                Array(stride(from: 0, to: bytes.count, by: 307)) + [4096, 8192, 16384]
                + withinTheDigest
            for length in lengths {
                try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
                let result = try await RegistreeProgram.run("verify", path)
                #expect(
                    [3, 4].contains(result.exitCode),
                    "\(length) bytes: \(result.output)\(result.errors)"
                )
                try await expectNoTrap("status", path)
            }
        }
    }

    @Test func saysWhatToDoAboutAFileThatCannotBeOpened() async throws {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.small.string))
        try await withTemporaryDirectory { directory in
            let path = directory.appending("half.db").string
            try bytes.prefix(bytes.count / 2).write(to: URL(fileURLWithPath: path))
            let result = try await RegistreeProgram.run("verify", path)
            #expect(result.exitCode == 4)
            #expect(result.lines.last?.hasSuffix(": damaged") == true, "\(result.output)")
            #expect(result.output.contains("The file was cut when it was copied or written: use another"))
        }
    }

    private func expectNoTrap(_ arguments: String...) async throws {
        let result = try await RegistreeProgram.run(arguments)
        #expect(result.signal == nil, "\(arguments): \(result.errors)")
    }
}
