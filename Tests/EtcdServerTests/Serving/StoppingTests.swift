import EtcdStore
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import EtcdServer

/// Clients that come while the server goes.
@Suite(.serialized, .timeLimit(.minutes(60)))
struct StoppingTests {
    @Test func stopsWhileClientsConnectAndCall() async throws {
        var connected = 0
        for cycle in 0..<500 {
            let url = try ListenURL(parsing: "http://127.0.0.1:0")
            let server = try StoreServer(Store(identity: .alone), at: .init(clients: [url]))
            let clients = Hammering(port: try server.port, count: 4)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                // From the very first moments on.
                try await eventually("clients connect") { clients.count >= cycle % 16 }
                server.stop()
                try await group.waitForAll()
            }
            connected += clients.stop()
        }
        #expect(connected > 500)
    }

    /// A metrics listener, for one.
    @Test func whatFailsFirstIsSaid() async {
        let failure = await failureOfFirst(of: [
            { try await Task.sleep(for: .seconds(1 << 40)) }, { throw ProgramError("broken") },
        ])
        #expect((failure as? ProgramError)?.description.contains("broken") == true)
        let end = await failureOfFirst(of: [{ try await Task.sleep(for: .seconds(1 << 40)) }, {}])
        #expect(end == nil)
        let cancelled = Task { await failureOfFirst(of: [{ try await Task.sleep(for: .seconds(1 << 40)) }]) }
        cancelled.cancel()
        #expect(await cancelled.value == nil)
    }

    @Test func stopsAlthoughClientsNeverGo() async throws {
        let url = try ListenURL(parsing: "http://127.0.0.1:0")
        let server = try StoreServer(Store(identity: .alone), at: .init(clients: [url]))
        let port = try server.port
        let running = Task { try await server.run() }
        let watch =
            RawHTTP2.greeting + RawHTTP2.headers(stream: 1, path: "/etcdserverpb.Watch/Watch") + RawHTTP2.ping
        let sockets = [[], RawHTTP2.greeting, watch].map { RawHTTP2.connect(to: port, sending: $0) }
        defer { for socket in sockets { close(socket) } }
        // Connections are taken in the order in which they came, and frames too.
        try await eventually("the watch is under way") { try RawHTTP2.hasAnsweredPing(sockets[2]) }
        server.stop()
        try await running.value
    }
}

/// Threads that connect, greet and call, over and over.
private final class Hammering: Sendable {
    private let isOver = Atomic(false)
    private let connected = Atomic(0)

    init(port: Int, count: Int) {
        let bytes = RawHTTP2.greeting + RawHTTP2.headers(stream: 1, path: "/etcdserverpb.KV/Range")
        for _ in 0..<count {
            Thread.detachNewThread { [self] in
                while !self.isOver.load(ordering: .relaxed) {
                    let socket = RawHTTP2.connect(to: port, sending: bytes)
                    if socket >= 0 { self.connected.wrappingAdd(1, ordering: .relaxed) }
                    close(socket)
                }
            }
        }
    }

    /// How many connections were made so far.
    var count: Int { self.connected.load(ordering: .relaxed) }

    /// - Returns: How many connections were made.
    func stop() -> Int {
        self.isOver.store(true, ordering: .relaxed)
        return self.count
    }
}
