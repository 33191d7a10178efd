import EtcdMessages
import EtcdRPC
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import TestSupport
import Testing

@testable import EtcdServer

@Suite(.timeLimit(.minutes(60)))
struct SnapshotLimitTests {
    @Test func clientsThatReadNothingMakeRoomForOneThatDoes() async throws {
        var options = ServerOptions()
        // Longer than one that reads is ever held up on a busy machine.
        options.snapshotStallTime = .seconds(3)
        try await withServed(options: options) { served in
            for number in 0..<20 {
                try await served.put("k\(number)", String(repeating: "v", count: 100_000))
            }
            let call =
                RawHTTP2.greeting
                + RawHTTP2.headers(stream: 1, path: "/etcdserverpb.Maintenance/Snapshot")
            let stuck = (0..<2 * LongWork.snapshotLimit).map { _ in
                RawHTTP2.connect(to: served.port, sending: call)
            }
            defer { for socket in stuck { close(socket) } }
            let byteCount = try await served.snapshotByteCount()
            #expect(byteCount > 2_000_000)
        }
    }

    @Test func aSnapshotThatDoesNotFitIsRefusedBeforeItIsWritten() async throws {
        var options = ServerOptions()
        // A file system without any room.
        options.spoolDirectory = "/proc"
        try await withServed(options: options) { served in
            try await served.put("k", "v")
            let error = await #expect(throws: RPCError.self) { try await served.snapshotByteCount() }
            #expect(error?.code == .resourceExhausted)
            #expect(error?.message.contains("/proc: needs ") == true, "\(error?.message ?? "")")
        }
    }

    @Test func manyWhoAskAtOnceAllGetTheirs() async throws {
        try await withServed { served in
            try await served.put("k", String(repeating: "v", count: 100_000))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await served.snapshotByteCount() } }
                for _ in 0..<20 {
                    group.addTask {
                        _ = try await served.maintenance.hash(.init())
                        return try await Int(served.maintenance.hashKV(.init()).header.revision)
                    }
                }
                let results = try await group.reduce(into: [Int]()) { $0.append($1) }
                #expect(results.count { $0 == 2 } == 20)
                #expect(results.count { $0 > 100_000 } == 20)
            }
        }
    }
}

extension ServedForTests {
    fileprivate var maintenance: Etcdserverpb_Maintenance.Client<HTTP2ClientTransport.Posix> {
        .init(wrapping: self.client)
    }

    /// Takes a snapshot, and gives the length of what came.
    fileprivate func snapshotByteCount() async throws -> Int {
        try await self.maintenance.snapshot(.init()) { response in
            try await response.messages.reduce(0) { $0 + $1.blob.count }
        }
    }
}
