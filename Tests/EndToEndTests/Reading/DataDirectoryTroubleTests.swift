import SystemPackage
import TestSupport
import Testing

/// What etcd would make of a member's directory is said by every command that reads it.
struct DataDirectoryTroubleTests {
    private static let newer = "cases/data-dir-with-newer-snap.db.tar.gz"
    private static let cut = "cases/data-dir-wal-cut.tar.gz"

    /// The commands that take a data directory, but for `serve`.
    private func lines(_ data: FilePath) -> [[String]] {
        let restored = data.removingLastComponent().appending("restored").string
        return [
            ["status", data.string], ["verify", data.string], ["list", "-f", data.string],
            ["tree", "-f", data.string], ["get", "pods", "-A", "-f", data.string],
            ["keys", "-f", data.string],
            ["restore", data.string, "--data-dir", restored, "--skip-hash-check", "--dry-run"],
            ["rehearse", data.string, "--scratch-dir", data.removingLastComponent().string],
        ]
    }

    @Test func aNewerDatabaseFromTheLeaderIsReadAndNamed() async throws {
        try await withUnpackedFixture(Self.newer) { data in
            for line in self.lines(data) {
                let result = try await RegistreeProgram.run(line)
                #expect((result.errors + result.output).contains("000000000000003f.snap.db"), "\(line)")
                #expect((result.errors + result.output).contains("db is older (entry 10)"), "\(line)")
            }
            let keys = ["keys", "-f"]
            let file = data.pushing("member/snap/000000000000003f.snap.db").string
            let truth = try await RegistreeProgram.run(keys + [file])
            let read = try await RegistreeProgram.run(keys + [data.string])
            #expect(read.output == truth.output)
            #expect(read.exitCode == 0)
            let status = try await RegistreeProgram.run("status", data.string, "-w", "simple")
            #expect(status.output.contains(", 66, 65, "))
        }
    }

    @Test func aLogThatIsCutAndEndsBeforeTheDatabaseIsSaid() async throws {
        try await withUnpackedFixture(Self.cut) { data in
            for line in self.lines(data) {
                let result = try await RegistreeProgram.run(line)
                let said = result.errors + result.output
                #expect(said.contains("is cut within a record, behind entry 34"), "\(line): \(said)")
                #expect(said.contains("ends at entry 34, before its database (entry 68)"), "\(line): \(said)")
            }
            let keys = try await RegistreeProgram.run(
                "keys",
                "--from-key",
                "",
                "--keys-only",
                "-f",
                data.string
            )
            #expect(keys.exitCode == 0)
            #expect(keys.lines.filter { !$0.isEmpty }.count == 60)
        }
    }
}
