import EtcdMessages
import EtcdServer
import Foundation
import Glibc
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60)))
struct ConnectionLimitTests {
    @Test func connectionsWithoutACallMakeRoomForNewOnes() async throws {
        var options = ServerOptions()
        options.maxConnections = 10
        try await withServed(options: options) { served in
            let watch = WatchForTests(served)
            watch.create("k")
            _ = await watch.next()
            // The client of the watch has a call under way: all these come and go without it.
            let idle = (0..<50).map { _ in RawHTTP2.connect(to: served.port, sending: RawHTTP2.greeting) }
            defer { for socket in idle { close(socket) } }
            try await eventually("idle connections are closed") { idle.count { isOpen($0) } <= 9 }
            try await served.put("k", "v")
            #expect(await watch.next()?.events.count == 1)
        }
    }

    @Test func refusesNewOnesWhenAllHaveCalls() async throws {
        var options = ServerOptions()
        options.maxConnections = 5
        try await withServed(options: options) { served in
            let watch = WatchForTests(served)
            watch.create("k")
            _ = await watch.next()
            let call = RawHTTP2.greeting + RawHTTP2.headers(stream: 1, path: "/etcdserverpb.Watch/Watch")
            var busy: [CInt] = []
            defer { for socket in busy { close(socket) } }
            // Frames are read in their order: whoever has answered the ping has begun the call before.
            for _ in 0..<4 {
                let socket = RawHTTP2.connect(to: served.port, sending: call + RawHTTP2.ping)
                busy.append(socket)
                try await eventually("a ping is answered") { try RawHTTP2.hasAnsweredPing(socket) }
            }
            let refused = RawHTTP2.connect(to: served.port, sending: RawHTTP2.greeting)
            defer { close(refused) }
            try await eventually("the connection is refused") { !isOpen(refused) }
            #expect(busy.allSatisfy { isOpen($0) })
        }
    }
}

/// Whether the other side has not closed, after what it has sent.
private func isOpen(_ socket: CInt) -> Bool {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = recv(socket, &bytes, bytes.count, CInt(MSG_DONTWAIT))
        if count == 0 { return false }
        if count < 0 { return errno == EAGAIN }
    }
}
