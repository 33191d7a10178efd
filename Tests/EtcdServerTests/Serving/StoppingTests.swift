import EtcdServer
import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// Clients that come while the server goes.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct StoppingTests {
    @Test func stopsWhileClientsConnectAndCall() async throws {
        var connected = 0
        for cycle in 0..<500 {
            let url = try ListenURL(parsing: "http://127.0.0.1:0")
            let server = try StoreServer(Store(identity: .alone), at: .init(clients: [url]))
            guard case .tcp(_, let port)? = server.clientURLs.first?.address else { return }
            let clients = Hammering(port: port, count: 4)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                try await Task.sleep(for: .microseconds(500 + cycle % 16 * 250))
                server.stop()
                try await group.waitForAll()
            }
            connected += clients.stop()
        }
        #expect(connected > 500)
    }

    @Test func stopsAlthoughClientsNeverGo() async throws {
        let url = try ListenURL(parsing: "http://127.0.0.1:0")
        let server = try StoreServer(Store(identity: .alone), at: .init(clients: [url]))
        guard case .tcp(_, let port)? = server.clientURLs.first?.address else { return }
        let running = Task { try await server.run() }
        let watch = RawHTTP2.greeting + RawHTTP2.headers(stream: 1, path: "/etcdserverpb.Watch/Watch")
        let sockets = [[], RawHTTP2.greeting, watch].map { RawHTTP2.connect(to: port, sending: $0) }
        defer { for socket in sockets { close(socket) } }
        try await Task.sleep(for: .milliseconds(100))
        server.stop()
        let took = try await ContinuousClock().measure { try await running.value }
        #expect(took < .seconds(5))
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

    /// - Returns: How many connections were made.
    func stop() -> Int {
        self.isOver.store(true, ordering: .relaxed)
        return self.connected.load(ordering: .relaxed)
    }
}
