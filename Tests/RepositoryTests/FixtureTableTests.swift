import TestSupport
import Testing

struct FixtureTableTests {
    @Test func everyFixtureIsListedWithItsDigest() async throws {
        let table = fixtureTable(in: try Checkout.text(of: "fixtures/README.md"))
        #expect(!table.isEmpty)
        let paths = try await Checkout.trackedPaths()
            .filter { $0.hasPrefix("fixtures/") && $0 != "fixtures/README.md" }
        let sums = try await RealPrograms.named("sha256sum").succeed(
            ["--"] + paths,
            directory: Repository.root
        )
        let files = sums.lines.map { line in
            (String(line.dropFirst(64 + 2 + "fixtures/".count)), String(line.prefix(64)))
        }
        let findings = fixtureFindings(
            table: table,
            files: Dictionary(files, uniquingKeysWith: { first, _ in first })
        )
        for finding in findings { Issue.record("\(finding)") }
    }

    @Test func rejectsAnUnlistedAMissingAndAChangedFile() {
        let zeros = String(repeating: "0", count: 64)
        let ones = String(repeating: "1", count: 64)
        let readme = """
            | file | made by | what it holds | SHA-256 |
            |---|---|---|---|
            | `good.db` | etcd | keys | `\(zeros)` |
            | `changed.db` | etcd | keys | `\(zeros)` |
            | `missing.db` | etcd | keys | `\(zeros)` |
            """
        let files = ["good.db": zeros, "changed.db": ones, "unlisted.db": zeros]
        let findings = fixtureFindings(table: fixtureTable(in: readme), files: files)
        #expect(findings.map(\.file) == ["changed.db", "missing.db", "unlisted.db"])
    }
}
