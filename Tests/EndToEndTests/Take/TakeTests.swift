import Foundation
import SystemPackage
import TestSupport
import Testing

/// `registree take` gives what `etcdctl snapshot save` gives, under its name complete or not at all.
struct TakeTests {
    @Test(arguments: EtcdRelease.allCases)
    func takesWhatEtcdctlSaves(release: EtcdRelease) async throws {
        try await withFilledEtcd(release) { etcd, place in
            let result = try await place.take("taken.db", ["--endpoints", etcd.endpoint, "-o", "json"])
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.errors == "")
            let said = try JSONDecoder().decode(Said.self, from: Data(result.standardOutput))
            #expect(said.revision == 7)
            #expect(said.totalKey == 4)
            #expect(said.endpoint == etcd.endpoint)
            #expect(try said.size == place.contents("taken.db").count)
            #expect(try place.names == ["taken.db"])
            #expect(try place.mode("taken.db") == 0o600)

            let verdict = try await RegistreeProgram.run("verify", place.path("taken.db"))
            #expect(verdict.output.contains("sound (SHA-256 matches"))
            _ = try await RealPrograms.etcdctl(release).succeed(
                ["--endpoints", etcd.endpoint, "snapshot", "save", place.path("saved.db")]
            )
            let taken = try await etcdutlStatus(place.path("taken.db"))
            #expect(try await taken == etcdutlStatus(place.path("saved.db")))
            #expect(taken.hasPrefix(String(said.hash, radix: 16) + ", 7,"))
        }
    }

    @Test func namesTheFileInADirectoryForClusterTimeAndRevision() async throws {
        try await withFilledEtcd { etcd, place in
            let endpoint = ["--endpoints", etcd.endpoint]
            let result = try await RegistreeProgram.run(["take"] + endpoint, directory: place.directory)
            #expect(result.exitCode == 0, "\(result.errors)")
            let names = try place.names
            #expect(names.count == 1)
            #expect(names[0].wholeMatch(of: #/etcd-[0-9a-f]+-\d{8}T\d{6}Z-rev7\.db/#) != nil, "\(names)")
            #expect(result.output.contains(names[0]))

            _ = try await place.take("", endpoint + ["--name", "blue"])
            #expect(try place.names.contains { $0.hasPrefix("etcd-blue-") && $0.hasSuffix("Z-rev7.db") })
        }
    }

    /// The newest change, a deletion, is compacted away: the store's revision is in no record any more.
    @Test(arguments: EtcdRelease.allCases)
    func takesAStoreThatIsCompactedToItsNewestRevision(release: EtcdRelease) async throws {
        try await withFilledEtcd(release) { etcd, place in
            try await etcd.etcdctl("compact", "7", "--physical")
            let result = try await place.take("taken.db", ["--endpoints", etcd.endpoint])
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.output.contains("total keys   4"))
        }
    }

    @Test func letsOneOfSeveralWinAName() async throws {
        try await withFilledEtcd { etcd, place in
            let program = try RegistreeProgram.located()
            let words = ["take", place.path("taken.db"), "--endpoints", etcd.endpoint]
            let runs = try (0..<6).map { _ in try program.start(words) }
            var codes: [Int32] = []
            for run in runs { codes.append(try await run.wait().exitCode) }
            #expect(codes.sorted() == [0, 3, 3, 3, 3, 3])
            #expect(try place.names == ["taken.db"])
            let verdict = try await RegistreeProgram.run("verify", place.path("taken.db"))
            #expect(verdict.exitCode == 0)
        }
    }

    @Test func writesToStandardOutputWhatItWritesToAFile() async throws {
        try await withFilledEtcd { etcd, place in
            let result = try await RegistreeProgram.run("take", "-", "--endpoints", etcd.endpoint)
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.errors.contains("SHA-256"))
            try Data(result.standardOutput).write(to: URL(fileURLWithPath: place.path("piped.db")))
            let verdict = try await RegistreeProgram.run("verify", place.path("piped.db"))
            #expect(verdict.output.contains("sound (SHA-256 matches"))
        }
    }

    @Test(arguments: ["000", "077", "777"])
    func keepsTheFileFromOthersAtAnyUmask(umask: String) async throws {
        try await withFilledEtcd { etcd, place in
            let program = try RegistreeProgram.located().path.string
            let script = "umask \(umask); exec \"$0\" take \"$1\" --endpoints \"$2\""
            _ = try await RealPrograms.named("sh").succeed(
                ["-c", script, program, place.path("taken.db"), etcd.endpoint]
            )
            #expect(try place.mode("taken.db") == 0o600)
        }
    }

    @Test func replacesNothingUnlessToldTo() async throws {
        try await withFilledEtcd { etcd, place in
            let endpoint = ["--endpoints", etcd.endpoint]
            let files = FileManager.default
            try Data("precious".utf8).write(to: URL(fileURLWithPath: place.path("file")))
            try files.createSymbolicLink(atPath: place.path("link"), withDestinationPath: "file")
            try files.createSymbolicLink(atPath: place.path("dangling"), withDestinationPath: "nowhere")
            #expect(mkfifo(place.path("pipe"), 0o600) == 0)
            let before = try place.names
            for name in before {
                expectFailure(try await place.take(name, endpoint), 3, "exists already")
            }
            expectFailure(try await place.take("pipe", endpoint + ["--force"]), 3, "is a pipe")
            #expect(try place.names == before)
            #expect(try place.contents("file") == Data("precious".utf8))

            for name in ["file", "link"] {
                #expect(try await place.take(name, endpoint + ["--force"]).exitCode == 0)
            }
            #expect(try place.contents("file").count > 20_000)
            #expect(try place.contents("link").count > 20_000)
            #expect(try place.mode("file") == 0o600)
            #expect(try place.names == before)
        }
    }

    @Test func asksNobodyWhenTheNameCannotBeHad() async throws {
        try await withPlace { place in
            let nobody = ["--endpoints", "127.0.0.1:1"]
            expectFailure(try await place.take("missing/x.db", nobody), 3, "parent directory does not exist")
            expectFailure(try await place.take("missing/", nobody), 3, "parent directory does not exist")
            try Data().write(to: URL(fileURLWithPath: place.path("file")))
            expectFailure(try await place.take("file", nobody), 3, "exists already")
            #expect(try place.names == ["file"])
        }
    }
}

/// What `take -o json` says.
private struct Said: Decodable {
    var endpoint: String
    var hash: UInt32
    var revision: Int64
    var size: Int
    var totalKey: Int
}

private func etcdutlStatus(_ path: String) async throws -> String {
    try await RealPrograms.etcdutl().succeed(["snapshot", "status", path]).output
}
