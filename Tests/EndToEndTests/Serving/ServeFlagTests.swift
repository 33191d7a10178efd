import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Flags of `registree serve etcd` that say where it listens, how much it takes, and whom it asks for a password.
@Suite(.timeLimit(.minutes(60)))
struct ServeFlagTests {
    private func get(_ url: String) async throws -> ProgramResult {
        try await RealPrograms.named("curl").run(["-sS", url])
    }

    @Test func metricsMayHaveAnAddressOfTheirOwn() async throws {
        let metrics = "http://127.0.0.1:\(Ports.free())"
        let served = try await ServedEtcd(["--listen-metrics-urls", metrics])
        #expect(try await self.get("\(metrics)/metrics").output.contains("\netcd_server_has_leader 1\n"))
        #expect(try await self.get("\(metrics)/health").output.contains(#""health":"true""#))
        // What is listened to there is no etcd.
        let put = [
            "--endpoints", metrics, "--dial-timeout", "2s", "--command-timeout", "2s", "put", "k", "v",
        ]
        #expect(try await RealPrograms.etcdctl(.v35).run(put).exitCode != 0)
        try await served.etcdctl(.v35, "put", "k", "v")
        #expect(try await served.stop().exitCode == 0)
    }

    @Test func otherMachinesAreServedInPlainTextOnlyWhenThatIsSaid() async throws {
        let words = ["--listen-client-urls", "http://0.0.0.0:\(Ports.free())"]
        let refused = try await RegistreeProgram.run(["serve", "etcd"] + words)
        #expect(refused.exitCode == 3)
        #expect(refused.errors.contains("in plain text to other machines"), "\(refused.errors)")
        #expect(refused.errors.contains("--insecure-listen"), "\(refused.errors)")
        let served = try await ServedEtcd(words + ["--insecure-listen"])
        #expect(try await served.stop().exitCode == 0)
    }

    @Test func aRequestLargerThanSaidIsRefused() async throws {
        let served = try await ServedEtcd(["--max-request-bytes", "2048"])
        try await served.etcdctl(.v35, "put", "k", String(repeating: "v", count: 1900))
        let words = ["--endpoints", served.endpoint, "put", "k", String(repeating: "v", count: 2100)]
        let refused = try await RealPrograms.etcdctl(.v35).run(words)
        #expect(refused.errors.contains("etcdserver: request is too large"), "\(refused.errors)")
        #expect(try await served.stop().exitCode == 0)
    }

    @Test func noMoreConnectionsThanSaidAreOpen() async throws {
        let served = try await ServedEtcd(["--max-connections", "3"])
        let idle = (0..<20).map { _ in RawHTTP2.connect(to: served.port, sending: RawHTTP2.greeting) }
        defer { for socket in idle { close(socket) } }
        try await eventually("those beyond the number are closed") {
            try #require(try await served.metrics()["registree_connections"]) <= 3
        }
        try await served.etcdctl(.v35, "put", "k", "v")
        #expect(try await served.stop().exitCode == 0)
    }

    @Test func callsOnAConnectionAreAnnouncedAsSaid() async throws {
        let served = try await ServedEtcd(["--max-concurrent-streams", "77"])
        let socket = RawHTTP2.connect(to: served.port, sending: RawHTTP2.greeting)
        defer { close(socket) }
        // SETTINGS_MAX_CONCURRENT_STREAMS is 3; RFC 9113, section 6.5.2.
        let setting: [UInt8] = [0, 3, 0, 0, 0, 77]
        var seen: [UInt8] = []
        try await eventually("the server sends its settings") {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(socket, &bytes, bytes.count, CInt(MSG_DONTWAIT))
            if count == 0 { throw ProgramError("the server has closed the connection") }
            seen += bytes[..<max(count, 0)]
            return seen.contains(setting)
        }
        #expect(try await served.stop().exitCode == 0)
    }

    @Test func usersAreNotAskedForAPasswordWhenThatIsSaid() async throws {
        let fixture = Repository.fixture("plain-etcd/auth-and-leases.db").string
        let guarded = try await ServedEtcd(["-f", fixture])
        let get = ["--endpoints", guarded.endpoint, "get", "plain/a"]
        #expect(try await RealPrograms.etcdctl(.v35).run(get).errors.contains("user name is empty"))
        let open = try await ServedEtcd(["-f", fixture, "--ignore-auth"])
        #expect(try await open.etcdctl(.v35, "get", "plain/a").lines.first == "plain/a")
    }
}
