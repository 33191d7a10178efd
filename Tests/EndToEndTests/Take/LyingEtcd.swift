import EtcdMessages
import EtcdRPC
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import NIOCore
import SwiftProtobuf

/// What a server that only looks like etcd says of itself and sends as its snapshot.
struct LyingEtcd: RegistrableRPCService {
    typealias Writer = RPCWriter<Etcdserverpb_SnapshotResponse>

    var revision: Int64 = 1
    var memberID: UInt64 = 1
    var send: @Sendable (Writer) async throws -> Void

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: Etcdserverpb_Maintenance.Method.Status.descriptor,
            deserializer: ProtobufDeserializer<Etcdserverpb_StatusRequest>(),
            serializer: ProtobufSerializer<Etcdserverpb_StatusResponse>()
        ) { _, _ in
            StreamingServerResponse(single: ServerResponse(message: self.status))
        }
        router.registerHandler(
            forMethod: Etcdserverpb_Maintenance.Method.Snapshot.descriptor,
            deserializer: ProtobufDeserializer<Etcdserverpb_SnapshotRequest>(),
            serializer: ProtobufSerializer<Etcdserverpb_SnapshotResponse>()
        ) { _, _ in
            StreamingServerResponse { writer in
                try await self.send(writer)
                return [:]
            }
        }
    }

    private var status: Etcdserverpb_StatusResponse {
        .with {
            $0.header.clusterID = 0xC1
            $0.header.memberID = self.memberID
            $0.header.revision = self.revision
            $0.leader = 1
            $0.version = "3.5.1"
        }
    }
}

extension LyingEtcd.Writer {
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

/// Serves `etcd` on a free port of 127.0.0.1 while `body` runs.
func withLyingEtcd(_ etcd: LyingEtcd, _ body: @Sendable (String) async throws -> Void) async throws {
    let transport = HTTP2ServerTransport.Posix(
        address: .ipv4(host: "127.0.0.1", port: 0),
        transportSecurity: .plaintext
    )
    let server = GRPCServer(transport: transport, services: [etcd])
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.serve() }
        defer { group.cancelAll() }
        let port = try await transport.listeningAddress.ipv4?.port ?? 0
        try await body("http://127.0.0.1:\(port)")
    }
}
