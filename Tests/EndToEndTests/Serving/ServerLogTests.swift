import Foundation
import SystemPackage
import TestSupport
import Testing

/// The log of `registree serve etcd`, line by line.
@Suite(.timeLimit(.minutes(60)))
struct ServerLogTests {
    @Test func keysStandInTheirOrderBehindTimeLevelAndMessage() async throws {
        try await withTemporaryDirectory { directory in
            let source = Repository.fixture("etcd-3.5/history.db").string
            let saved = directory.appending("saved.db")
            let served = try await ServedEtcd(["-f", source, "--read-only", "--save", saved.string])
            let snapshot = directory.appending("snapshot.db")
            try await served.etcdctl(.v35, "snapshot", "save", snapshot.string)
            let ended = try await served.stop()
            #expect(ended.exitCode == 0)
            let lines = ended.errors.split(separator: "\n").map(String.init)
            let shape = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info .+/#
            let shapeless = lines.filter { $0.wholeMatch(of: shape) == nil }
            #expect(shapeless == [])
            let revision = try #require(lines.first?.firstMatch(of: #/revision=(\d+)/#)?.1)
            let entries = lines.map { $0.split(separator: " ", maxSplits: 2).last.map(String.init) ?? "" }
            #expect(
                entries.first
                    == "serving listen=\(served.endpoint) source=\(source) revision=\(revision) read-only=true"
            )
            #expect(entries.dropFirst().first?.hasPrefix(#""sending a snapshot" bytes="#) == true)
            #expect(entries.dropFirst(2).first?.hasSuffix(" revision=\(revision)") == true)
            #expect(
                entries.suffix(2)
                    == ["saved file=\(saved.string) revision=\(revision)", "stopped revision=\(revision)"]
            )
            #expect(lines.count == 5)
        }
    }
}
