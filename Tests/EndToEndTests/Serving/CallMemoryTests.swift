import Foundation
import Glibc
import SystemPackage
import TestSupport
import Testing

/// What clients can make the store keep in memory that send by half, or do not read.
///
/// The store counts it itself, and closes connections by that count; what the process takes of the system is
/// measured by the benchmark of hostile clients.
@Suite(.serialized, .timeLimit(.minutes(60)))
struct CallMemoryTests {
    private static let limit = 64 << 20

    @Test func halfSentMessagesTakeBoundedMemory() async throws {
        let served = try await ServedEtcd(["--max-call-bytes", "\(Self.limit)"])
        // A MiB of each of 100 messages that never end, on each of 4 connections: 400 MiB in all.
        let peak = try await self.peak(of: served, connections: 4, calls: 100) { stream in
            RawHTTP2.headers(stream: stream, path: "/etcdserverpb.KV/Put")
                + RawHTTP2.message(stream: stream, length: 1_400_000, sent: 1 << 20)
        }
        // What one read of a socket can bring beyond the limit, before the largest connection is closed.
        #expect(peak < Self.limit + (4 << 20))
        try await self.expectAllIsGivenBack(served)
    }

    @Test func answersThatNobodyReadsTakeBoundedMemory() async throws {
        let served = try await ServedEtcd(["--max-call-bytes", "\(Self.limit)"])
        try await withTemporaryDirectory { directory in
            let path = directory.appending("value")
            try Data(repeating: 0x61, count: 1_000_000).write(to: URL(filePath: path.string))
            for number in 0..<8 { try await served.etcdctl(.v35, "put", "data/\(number)", input: path) }
        }
        let range: [UInt8] = [0, 0, 0, 0, 14, 10, 5] + Array("data/".utf8) + [18, 5] + Array("data0".utf8)
        // 8 MB for each of 100 calls, on each of 4 connections: 3.2 GB in all.
        let peak = try await self.peak(of: served, connections: 4, calls: 100) { stream in
            RawHTTP2.headers(stream: stream, path: "/etcdserverpb.KV/Range")
                + RawHTTP2.frame(type: 0, flags: 1, stream: stream, range)
        }
        // The limit leaves room for two answers with all that is stored; one more, of up to twice its size in
        // memory, can be written before the largest connection is closed.
        #expect(peak < Self.limit + 4 * 8_000_000 + (4 << 20))
        try await self.expectAllIsGivenBack(served)
    }

    /// The most that the store counts until it has closed all connections of clients that make calls, in bytes.
    private func peak(
        of served: ServedEtcd,
        connections: Int,
        calls: Int,
        _ call: @escaping @Sendable (UInt32) -> [UInt8]
    ) async throws -> Int {
        let port = try #require(served.endpoint.split(separator: ":").last.flatMap { Int($0) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<connections {
                group.addTask {
                    let client = RawHTTP2.connect(to: port, sending: RawHTTP2.greeting)
                    defer { close(client) }
                    for number in 0..<calls {
                        guard try await send(call(UInt32(2 * number + 1)), to: client) else { return }
                    }
                    try await Task.sleep(for: hangTimeout)
                }
            }
            defer { group.cancelAll() }
            var peak = 0
            try await eventually("all connections that take too much are closed") {
                peak = max(peak, try #require(try await served.metrics()["registree_call_bytes"]))
                return served.log.matches(of: /uses too much memory/).count == connections
            }
            return peak
        }
    }

    private func expectAllIsGivenBack(_ served: ServedEtcd) async throws {
        try await eventually("what the calls held is given back") {
            try await served.metrics()["registree_call_bytes"] == 0
        }
        try await served.etcdctl(.v35, "put", "k", "v")
        #expect(try await served.stop().exitCode == 0)
    }
}

/// Sends it all, and waits meanwhile when the other side does not read; false when it has closed.
private func send(_ bytes: [UInt8], to socket: CInt) async throws -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(socket, nonblocking: $0) }
        if count > 0 { rest = rest.dropFirst(count) }
        if count == 0 { return false }
        if count < 0 { try await Task.sleep(for: .milliseconds(5)) }
    }
    return true
}

/// - Returns: How many bytes were taken; 0 when the connection has closed, below 0 when none fits now.
private func write(_ socket: CInt, nonblocking bytes: UnsafeRawBufferPointer) -> Int {
    let count = send(socket, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL))
    return count < 0 && errno != EAGAIN ? 0 : count
}
