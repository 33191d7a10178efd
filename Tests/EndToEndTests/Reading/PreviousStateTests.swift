import Foundation
import SystemPackage
import TestSupport
import Testing

/// Where the last transaction's pages are damaged and those of the state before it are not, that is said.
struct PreviousStateTests {
    static let line = "The state before the last transaction is sound: revision 185, 66 live keys."

    /// Runs `body` on the unpacked fixture, changed by `change`.
    func withDamaged(
        _ change: (inout [UInt8]) -> Void,
        _ body: (String) async throws -> Void
    ) async throws {
        let packed = Repository.fixture("cases/last-transaction-damaged.db.gz").string
        var bytes = try await RealPrograms.named("gzip").succeed(["-dc", packed]).standardOutput
        change(&bytes)
        try await withTemporaryDirectory { directory in
            let path = directory.appending("damaged.db")
            try writeFile(bytes, to: path)
            try await body(path.string)
        }
    }

    @Test func isNamedByVerifyAndByTheErrorsOfOtherCommands() async throws {
        try await self.withDamaged({ _ in }) { path in
            let verified = try await RegistreeProgram.run("verify", path)
            #expect(verified.exitCode == 4)
            #expect(verified.lines.contains(Self.line), "\(verified.output)")
            let json = try await RegistreeProgram.run("verify", path, "-o", "json")
            let report = try JSONDecoder().decode(Report.self, from: Data(json.standardOutput))
            #expect(report.previousState == Report.State(revision: 185, keys: 66))
            for words in [["list", "-f", path], ["keys", "-f", path], ["status", path]] {
                let refused = try await RegistreeProgram.run(words)
                #expect(refused.exitCode == 4)
                #expect(refused.output == "")
                #expect(refused.errors.contains(Self.line), "\(refused.errors)")
            }
        }
    }

    @Test func isNotNamedWhenItIsDamagedToo() async throws {
        // The root of the older meta page.
        try await self.withDamaged({ $0[237 * 4096 + 8] = 0xAA }) { path in
            let verified = try await RegistreeProgram.run("verify", path)
            #expect(verified.exitCode == 4)
            #expect(!verified.output.contains("before the last transaction"), "\(verified.output)")
        }
        // All pages.
        let everywhere = { (bytes: inout [UInt8]) in
            for start in stride(from: 3 * 4096, to: bytes.count, by: 4096) { bytes[start + 8] = 0xAA }
        }
        try await self.withDamaged(everywhere) { path in
            let verified = try await RegistreeProgram.run("verify", path)
            #expect(verified.exitCode == 4)
            #expect(!verified.output.contains("before the last transaction"), "\(verified.output)")
        }
    }

    /// In a snapshot both meta pages name the same root, so there is no other state.
    @Test func isNotLookedForInASnapshot() async throws {
        var bytes = try readFile(Repository.fixture("etcd-3.5/history.db"))
        for start in stride(from: 2 * 4096, to: bytes.count, by: 4096) { bytes[start + 8] = 0xAA }
        try await withTemporaryDirectory { directory in
            let path = directory.appending("damaged.db")
            try writeFile(bytes, to: path)
            let refused = try await RegistreeProgram.run("list", "-f", path.string)
            #expect(refused.exitCode == 4)
            #expect(!refused.errors.contains("before the last transaction"), "\(refused.errors)")
        }
    }
}

private struct Report: Decodable {
    struct State: Decodable, Equatable {
        var revision: Int64
        var keys: Int
    }

    var previousState: State
}
