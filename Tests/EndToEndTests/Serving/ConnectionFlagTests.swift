import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Flags of `registree serve etcd` that bound connections and the calls on each.
@Suite(.timeLimit(.minutes(60)))
struct ConnectionFlagTests {
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
}
