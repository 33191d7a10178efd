import Crypto
import EtcdMessages
import FakeEtcd
import Foundation
import GRPCCore
import SystemPackage
import TestSupport
import Testing

/// Whatever a server sends, only a whole and sound snapshot gets a name.
struct TakeLiesTests {
    /// A real snapshot at revision 23: the database, and the digest after it.
    private static let snapshot: [UInt8] = {
        let path = Repository.fixture("plain-etcd/auth-and-leases.db").string
        return (try? Data(contentsOf: URL(fileURLWithPath: path))).map(Array.init) ?? []
    }()
    private static let database = snapshot.dropLast(32)
    private static let digest = snapshot.suffix(32)

    /// One way to send a snapshot wrongly, and what is said of it.
    struct Lie: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var code: Int32
        var words: String
        var revision: Int64 = 1
        var isSilent = false
        var send: @Sendable (FakeMaintenance.Writer) async throws -> Void
    }

    private static let lies: [Lie] = [
        Lie(testDescription: "short", code: 1, words: "4096 short of what it announced") {
            try await $0.send(database.dropLast(4096), extra: 4096)
        },
        Lie(testDescription: "nothing", code: 1, words: "ended the snapshot after 0 bytes") { _ in },
        Lie(testDescription: "wrong digest", code: 4, words: "the snapshot came with SHA-256") {
            try await $0.send(database)
            try await $0.send(digest.map { $0 ^ 1 }, remaining: 0)
        },
        Lie(testDescription: "changed byte", code: 4, words: "the snapshot came with SHA-256") {
            try await $0.send(changed(database, at: 20_000))
            try await $0.send(digest, remaining: 0)
        },
        Lie(testDescription: "no digest", code: 1, words: "without its SHA-256") {
            try await $0.send(database)
        },
        Lie(testDescription: "half a digest", code: 1, words: "without its SHA-256") {
            try await $0.send(database)
            try await $0.send(digest.prefix(16), remaining: 0)
        },
        Lie(testDescription: "more after the digest", code: 1, words: "size of the snapshot differ") {
            try await $0.send(database)
            try await $0.send(digest, remaining: 0)
            try await $0.send([0], remaining: 0)
        },
        Lie(testDescription: "growing", code: 1, words: "size of the snapshot differ") {
            try await $0.send(database.prefix(4096), remaining: 4096)
            try await $0.send(database.prefix(4096), remaining: 8192)
        },
        Lie(testDescription: "enormous announcement", code: 1, words: "short of what it announced") {
            try await $0.send(database.prefix(4096), remaining: 1 << 62)
        },
        Lie(testDescription: "impossible announcement", code: 1, words: "size of the snapshot differ") {
            try await $0.send(database.prefix(4096), remaining: UInt64.max)
        },
        Lie(testDescription: "empty messages without end", code: 1, words: "only empty messages came") {
            for _ in 0..<5000 { try await $0.send([], remaining: 4096) }
        },
        Lie(testDescription: "stalled", code: 2, words: "no more data came for 1 s, after", isSilent: true) {
            try await $0.send(database.prefix(4096), remaining: 4096)
            try await Task.sleep(for: hangTimeout)
        },
        Lie(testDescription: "broken after all bytes", code: 2, words: "broke during the transfer") {
            try await $0.send(database)
            try await $0.send(digest, remaining: 0)
            throw RPCError(code: .unavailable, message: "gone")
        },
        Lie(testDescription: "no database", code: 4, words: "what was sent as a snapshot") {
            try await $0.sendWithDigest([UInt8](repeating: 0x41, count: 8192))
        },
        Lie(testDescription: "damaged database with its digest", code: 4, words: "the snapshot is damaged") {
            try await $0.sendWithDigest(withoutItsPages(database))
        },
        Lie(testDescription: "an older state", code: 1, words: "ends at revision 23", revision: 1000) {
            try await $0.send(database)
            try await $0.send(digest, remaining: 0)
        },
    ]

    @Test(arguments: lies)
    func refuses(lie: Lie) async throws {
        try await withPlace { place in
            try await withLyingEtcd(lyingEtcd(revision: lie.revision, lie.send)) { endpoint in
                let timeout = lie.isSilent ? "1s" : "120s"
                let arguments = ["--endpoints", endpoint, "--progress-timeout", timeout]
                expectFailure(try await place.take("taken.db", arguments), lie.code, lie.words)
                #expect(try place.names == [])
            }
        }
    }

    @Test(arguments: [1, 31, 32, 33, 4096, 1 << 20])
    func takesAnHonestSnapshotInPortionsOfAnySize(portion: Int) async throws {
        try await withPlace { place in
            let etcd = lyingEtcd { writer in
                try await writer.send(Self.database, portion: portion)
                try await writer.send(Self.digest, remaining: 0)
            }
            try await withLyingEtcd(etcd) { endpoint in
                let result = try await place.take(
                    "taken.db",
                    ["--endpoints", endpoint]
                )
                #expect(result.exitCode == 0, "\(result.errors)")
                #expect(try place.contents("taken.db") == Data(Self.snapshot))
            }
        }
    }

    @Test func asksTheMemberWithTheHighestRevisionAndThenTheNext() async throws {
        try await withPlace { place in
            let honest = lyingEtcd(revision: 22, memberID: 1) {
                try await $0.send(Self.database, Self.digest)
            }
            let ahead = lyingEtcd(revision: 23, memberID: 2) { try await $0.send(Self.database.prefix(4096)) }
            try await withLyingEtcd(honest) { honestEndpoint in
                try await withLyingEtcd(ahead) { aheadEndpoint in
                    let arguments = ["--endpoints", "\(honestEndpoint),\(aheadEndpoint)"]
                    let result = try await place.take("taken.db", arguments)
                    #expect(result.exitCode == 0, "\(result.errors)")
                    #expect(result.errors.contains("Warning: \(aheadEndpoint): the snapshot ended"))
                    #expect(try place.contents("taken.db") == Data(Self.snapshot))
                    #expect(try place.names == ["taken.db"])
                }
            }
        }
    }

    @Test func saysThatWhatWentToStandardOutputIsNoSnapshot() async throws {
        let etcd = lyingEtcd { writer in
            try await writer.send(Self.database)
            try await writer.send(Self.digest.map { $0 ^ 1 }, remaining: 0)
        }
        try await withLyingEtcd(etcd) { endpoint in
            let result = try await RegistreeProgram.run(
                "take",
                "-",
                "--endpoints",
                endpoint
            )
            #expect(result.exitCode == 4)
            #expect(result.errors.contains("the snapshot came with SHA-256"))
        }
    }

    private static func changed(_ bytes: some Collection<UInt8>, at offset: Int) -> [UInt8] {
        var bytes = Array(bytes)
        bytes[offset] ^= 1
        return bytes
    }

    /// Every page but the first two says in its header that it is another one.
    private static func withoutItsPages(_ bytes: some Collection<UInt8>) -> [UInt8] {
        stride(from: 2 * 4096, to: bytes.count, by: 4096).reduce(Array(bytes)) { changed($0, at: $1) }
    }
}

extension FakeMaintenance.Writer {
    func sendWithDigest(_ database: [UInt8]) async throws {
        try await self.send(database, Array(SHA256.hash(data: database)))
    }

    func send(_ database: some Collection<UInt8>, _ digest: some Collection<UInt8>) async throws {
        try await self.send(database)
        try await self.send(digest, remaining: 0)
    }
}
