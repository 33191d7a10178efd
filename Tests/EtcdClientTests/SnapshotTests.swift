import EtcdMessages
import FakeEtcd
import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import EtcdClient

struct SnapshotTests {
    @Test(arguments: EtcdRelease.allCases)
    func streamsTheDatabaseAndItsDigest(of release: EtcdRelease) async throws {
        try await withEtcd(release) { etcd in
            try await etcd.withClient { client in
                for number in 0..<20 {
                    try await client.put(
                        bytes("\(number)"),
                        [UInt8](repeating: UInt8(number), count: 200_000)
                    )
                }
                let (all, chunks) = try await client.snapshot { stream in
                    var (all, chunks): ([UInt8], Int) = ([], 0)
                    while let chunk = try await stream.next() {
                        all += chunk.bytes
                        chunks += 1
                        #expect(chunk.storageVersion == nil)
                    }
                    return (all, chunks)
                }
                #expect(all.count % 512 == 32)
                #expect(chunks > 100)
                try await withTemporaryDirectory { directory in
                    let file = directory.appending("snapshot.db").string
                    try Data(all).write(to: URL(filePath: file))
                    // Restoring compares the digest.
                    let data = directory.appending("restored").string
                    _ = try await RealPrograms.etcdutl().succeed([
                        "snapshot", "restore", file, "--data-dir", data,
                    ])
                }
            }
        }
    }

    @Test func saysThatTheServerDiedInMidStream() async throws {
        try await withEtcd { etcd in
            try await etcd.withClient { client in
                let value = [UInt8](repeating: 1, count: 1_000_000)
                for number in 0..<30 { try await client.put(bytes("\(number)"), value) }
            }
            let died = Died()
            let killing = Task {
                while !died.streaming { try await Task.sleep(for: .milliseconds(5)) }
            }
            let endpoint = etcd.endpoints[0]
            let snapshot = Task {
                // Also when it fails before it has begun, so that nobody waits for it.
                defer { died.begin() }
                return await failure {
                    try await EtcdClient.withClient(to: endpoint, options: patient()) { client in
                        _ = try await client.snapshot { stream in
                            _ = try await stream.next()
                            died.begin()
                            while !died.isDead { try await Task.sleep(for: .milliseconds(5)) }
                            return try await drain(&stream)
                        }
                    }
                }
            }
            try await killing.value
            etcd.kill(etcd.plan.members[0])
            died.end()
            guard case .streamCut(let received) = await snapshot.value else {
                Issue.record("not said to be cut")
                return
            }
            #expect(received > 0)
        }
    }

    @Test func refusesASnapshotThatEndsShort() async throws {
        let reason = try await reasonOfSnapshot { writer in
            try await writer.write(message(count: 1000, remaining: 3000))
            try await writer.write(message(count: 1000, remaining: 2000))
        }
        #expect(reason == .snapshotShort(received: 2000, missing: 2000))
        #expect(try await reasonOfSnapshot { _ in } == .snapshotShort(received: 0, missing: 1))
    }

    @Test func refusesASnapshotWhoseSizesDoNotAddUp() async throws {
        let growing = try await reasonOfSnapshot { writer in
            try await writer.write(message(count: 1000, remaining: 3000))
            try await writer.write(message(count: 1000, remaining: 1 << 63))
        }
        #expect(growing == .snapshotContradictsItself(received: 1000))
        let tail = try await reasonOfSnapshot { writer in
            try await writer.write(message(count: 1000, remaining: 0))
            try await writer.write(message(count: 32, remaining: 0))
            try await writer.write(message(count: 1, remaining: 0))
        }
        #expect(tail == .snapshotContradictsItself(received: 1032))
    }

    @Test func givesUpOnEndlessEmptyMessages() async throws {
        let reason = try await reasonOfSnapshot { writer in
            try await writer.write(message(count: 1000, remaining: 3000))
            for _ in 0..<1100 { try await writer.write(message(count: 0, remaining: 3000)) }
            try await Task.sleep(for: .seconds(600))
        }
        #expect(reason == .onlyEmptyMessages(received: 1000))
    }

    @Test func givesUpOnAStreamThatStalls() async throws {
        let reason = try await reasonOfSnapshot(progressTimeout: .seconds(6)) { writer in
            try await writer.write(message(count: 1000, remaining: 3000))
            try await Task.sleep(for: hangTimeout)
        }
        expectStalled(reason, .seconds(6))
    }

    @Test func givesUpOnEmptyMessagesThatDripIn() async throws {
        let reason = try await reasonOfSnapshot(progressTimeout: .seconds(6)) { writer in
            try await writer.write(message(count: 1000, remaining: 3000))
            while !Task.isCancelled {
                try await writer.write(message(count: 0, remaining: 3000))
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        expectStalled(reason, .seconds(6))
    }

    @Test func passesOnTheErrorThatEndsTheStream() async throws {
        let reason = try await reasonOfSnapshot { writer in
            try await writer.write(message(count: 1000, remaining: 0))
            try await writer.write(message(count: 32, remaining: 0))
            throw RPCError(code: .unavailable, message: "after all data")
        }
        #expect(reason == .streamCut(received: 1032))
    }

    @Test func doesNotCountTheTimeThatItsReaderTakes() async throws {
        let fake = FakeMaintenance { writer in
            for left in (0..<2).reversed() {
                try await writer.write(message(count: 10, remaining: UInt64(left) * 10))
            }
        }
        let received = try await withServer([fake]) { port in
            try await EtcdClient.withClient(to: local(port), options: patient()) { client in
                try await client.snapshot(progressTimeout: .seconds(5)) { stream in
                    while try await stream.next() != nil { try await Task.sleep(for: .milliseconds(5500)) }
                    return stream.received
                }
            }
        }
        #expect(received == 20)
    }
}

/// Nothing at all may have come in that time, on a busy machine.
private func expectStalled(_ reason: EtcdClientError.Reason?, _ timeout: Duration) {
    #expect(reason == .stalled(received: 1000, timeout) || reason == .stalled(received: 0, timeout))
}

/// Lets a test and a stream wait for each other.
private final class Died: Sendable {
    private let state = Mutex((streaming: false, dead: false))

    var streaming: Bool { self.state.withLock { $0.streaming } }
    var isDead: Bool { self.state.withLock { $0.dead } }
    func begin() { self.state.withLock { $0.streaming = true } }
    func end() { self.state.withLock { $0.dead = true } }
}

private func message(count: Int, remaining: UInt64) -> Etcdserverpb_SnapshotResponse {
    .with {
        $0.blob = Data(repeating: 1, count: count)
        $0.remainingBytes = remaining
    }
}

/// Why a snapshot from a server that does this fails.
private func reasonOfSnapshot(
    progressTimeout: Duration = .seconds(60),
    _ serve: @escaping @Sendable (FakeMaintenance.Writer) async throws -> Void
) async throws -> EtcdClientError.Reason? {
    try await withServer([FakeMaintenance(snapshot: serve)]) { port in
        await failure {
            try await EtcdClient.withClient(to: local(port), options: patient()) { client in
                _ = try await client.snapshot(progressTimeout: progressTimeout) { try await drain(&$0) }
            }
        }
    }
}
