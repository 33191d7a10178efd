import EtcdMessages
import FakeEtcd
import GRPCCore
import SwiftProtobuf

/// A server that only looks like etcd: what it says of itself, and what it sends as its snapshot.
func lyingEtcd(
    revision: Int64 = 1,
    memberID: UInt64 = 1,
    _ send: @escaping @Sendable (FakeMaintenance.Writer) async throws -> Void
) -> FakeMaintenance {
    let status = Etcdserverpb_StatusResponse.with {
        $0.header.clusterID = 0xC1
        $0.header.memberID = memberID
        $0.header.revision = revision
        $0.leader = 1
        $0.version = "3.5.1"
    }
    return FakeMaintenance(status: status, snapshot: send)
}

extension FakeMaintenance.Writer {
    /// Sends `bytes` in portions of at most `portion`; `extra` is announced and does not come.
    func send(_ bytes: some Collection<UInt8>, portion: Int = 4096, extra: UInt64 = 0) async throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let part = rest.prefix(portion)
            rest = rest.dropFirst(portion)
            try await self.send(part, remaining: UInt64(rest.count) + extra)
        }
    }

    /// Sends one message.
    func send(_ bytes: some Collection<UInt8>, remaining: UInt64) async throws {
        try await self.write(
            .with {
                $0.blob.append(contentsOf: bytes)
                $0.remainingBytes = remaining
            }
        )
    }
}

/// Serves `etcd` on a free port of 127.0.0.1 while `body` runs, which is given the endpoint.
func withLyingEtcd(_ etcd: FakeMaintenance, _ body: @Sendable (String) async throws -> Void) async throws {
    try await withServer([etcd]) { port in try await body("http://127.0.0.1:\(port)") }
}
