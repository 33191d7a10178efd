import EtcdStore
import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import EtcdServer

/// The options of connections that come before anything serves the socket, and of those that come later.
@Suite(.timeLimit(.minutes(60)))
struct ListeningSocketTests {
    @Test func theFirstConnectionOfAllSendsAtOnce() throws {
        let listening = try ListeningSocket(ListenURL(parsing: "http://127.0.0.1:0"))
        defer { listening.abandon() }
        let client = RawHTTP2.connect(to: try port(of: listening.url), sending: [])
        defer { close(client) }
        let accepted = accept(listening.descriptor, nil, nil)
        try #require(accepted >= 0)
        defer { close(accepted) }
        #expect(sendsAtOnce(accepted))
    }

    @Test func aSocketFileIsForItsOwnerAlone() throws {
        try withTemporaryDirectory { directory in
            let path = directory.appending("etcd.sock").string
            let listening = try ListeningSocket(ListenURL(parsing: "unix://\(path)"))
            defer { listening.abandon() }
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func aConnectionThatComesWhileTheServerStartsSendsAtOnce() async throws {
        let server = try StoreServer(
            Store(identity: .alone),
            at: .init(clients: [ListenURL(parsing: "http://127.0.0.1:0")])
        )
        let port = try port(of: #require(server.clientURLs.first))
        var clients = [RawHTTP2.connect(to: port, sending: RawHTTP2.greeting)]
        defer { for client in clients { close(client) } }
        let running = Task { try await server.run() }
        for _ in 0..<50 { clients.append(RawHTTP2.connect(to: port, sending: RawHTTP2.greeting)) }
        for client in clients {
            let accepted = try await acceptedEnd(of: client)
            #expect(sendsAtOnce(accepted))
        }
        server.stop()
        try await running.value
    }

    @Test func theQueueOfNewConnectionsStaysLongWhenItIsServed() async throws {
        let server = try StoreServer(
            Store(identity: .alone),
            at: .init(
                clients: [ListenURL(parsing: "http://127.0.0.1:0")],
                metrics: [ListenURL(parsing: "http://127.0.0.1:0")]
            )
        )
        let running = Task { try await server.run() }
        for url in server.clientURLs + server.metricsURLs {
            // Once a connection is accepted, swift-nio has taken the socket over.
            let client = RawHTTP2.connect(to: try port(of: url), sending: RawHTTP2.greeting)
            defer { close(client) }
            _ = try await acceptedEnd(of: client)
            #expect(try queueLength(of: port(of: url)) == min(ListeningSocket.backlog, systemLimit()))
        }
        server.stop()
        try await running.value
    }
}

private func port(of url: ListenURL) throws -> Int {
    guard case .tcp(_, let port) = url.address else { throw NotTCP() }
    return port
}

private struct NotTCP: Error {}

/// This process's other end of a connection, as soon as it has been accepted.
private func acceptedEnd(of client: CInt) async throws -> CInt {
    let wanted = try #require(address(of: client, getsockname))
    while true {
        for descriptor in openDescriptors() where address(of: descriptor, getpeername) == wanted {
            return descriptor
        }
        try await Task.sleep(for: .milliseconds(5))
    }
}

private func openDescriptors() -> [CInt] {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.compactMap { CInt($0) } ?? []
}

private func address(
    of descriptor: CInt,
    _ ask: (CInt, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt
) -> [UInt8]? {
    var storage = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(descriptor, $0, &size) }
    }
    guard result == 0, storage.sin_family == sa_family_t(AF_INET) else { return nil }
    return withUnsafeBytes(of: storage) { Array($0.prefix(8)) }
}

private func sendsAtOnce(_ socket: CInt) -> Bool {
    var value: CInt = 0
    var size = socklen_t(MemoryLayout<CInt>.size)
    return getsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &value, &size) == 0 && value != 0
}

/// How many new connections may wait at the socket of this process that listens on a port.
private func queueLength(of port: Int) throws -> CInt {
    let listener = try #require(
        openDescriptors().first { descriptor in
            var listens: CInt = 0
            var size = socklen_t(MemoryLayout<CInt>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size)
            let bytes = address(of: descriptor, getsockname)
            return listens == 1 && bytes.map { Int($0[2]) << 8 | Int($0[3]) } == port
        }
    )
    var information = tcp_info()
    var size = socklen_t(MemoryLayout<tcp_info>.size)
    try #require(getsockopt(listener, CInt(IPPROTO_TCP), TCP_INFO, &information, &size) == 0)
    // Of a listening socket Linux gives the limit here.
    return CInt(information.tcpi_sacked)
}

private func systemLimit() throws -> CInt {
    let text = try String(contentsOfFile: "/proc/sys/net/core/somaxconn", encoding: .ascii)
    return try #require(CInt(text.trimmingCharacters(in: .whitespacesAndNewlines)))
}
