import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

/// What broken and hostile clients can do to a healthy one.
@Suite(.timeLimit(.minutes(60)))
struct HostileClientTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    /// How quickly is measured by the benchmark of hostile clients.
    @Test func aHealthyClientIsAnsweredAmongHostileOnes() async throws {
        let served = try await ServedEtcd()
        let port = try #require(served.endpoint.split(separator: ":").last.flatMap { UInt16($0) })
        var sockets: [CInt] = []
        defer { for socket in sockets { close(socket) } }
        // Silent ones, half a preface, half a request, garbage, TLS to a plaintext port, an endless frame.
        for beginning in [
            [], Array(Self.preface.prefix(10)), Array("GET /hea".utf8), Array("\u{16}\u{3}\u{1}xxxx".utf8),
        ] {
            for _ in 0..<50 { sockets.append(try connectAndSend(beginning, to: port)) }
        }
        for _ in 0..<20 {
            sockets.append(try connectAndSend(Self.preface + [0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1], to: port))
        }
        // Floods of pings, of resets and of settings.
        for frame in [
            [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8], [0, 0, 4, 3, 0, 0, 0, 0, 1, 0, 0, 0, 8],
            [0, 0, 0, 4, 0, 0, 0, 0, 0],
        ] as [[UInt8]] {
            let flood = Self.preface + Array(repeatElement(frame, count: 20_000).joined())
            for _ in 0..<5 { sockets.append(try connectAndSend(flood, to: port)) }
        }
        let health = try await RealPrograms.named("curl").succeed(
            ["-sS", "-w", "\n"] + Array(repeating: "\(served.endpoint)/health", count: 100)
        )
        #expect(health.lines == Array(repeating: #"{"health":"true","reason":""}"#, count: 100))
        try await served.etcdctl(.v35, "put", "k", "v")
        #expect(served.program.poll() == nil)

        // Connections are taken in the order in which they came, so all were there before the last answer.
        // Whoever does not finish a greeting is gone after ten seconds, and the store still serves.
        try await eventually("unfinished greetings are cut off") {
            try #require(try await served.metrics()["registree_connections"]) <= 40
        }
        try await served.etcdctl(.v35, "put", "k", "w")
        #expect(try await served.stop().exitCode == 0)
    }
}

/// Connects, and sends what the kernel takes at once.
private func connectAndSend(_ bytes: [UInt8], to port: UInt16) throws -> CInt {
    let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard result == 0 else { throw Errno(rawValue: errno) }
    _ = send(socket, bytes, bytes.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
    return socket
}
