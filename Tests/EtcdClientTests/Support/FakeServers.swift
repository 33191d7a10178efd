import EtcdMessages
import EtcdRPC
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import NIOCore
import NIOPosix
import SwiftProtobuf

@testable import EtcdClient

/// A Maintenance service that does with a snapshot what the test says, and has nothing to say of its status.
struct FakeMaintenance: RegistrableRPCService {
    typealias Writer = RPCWriter<Etcdserverpb_SnapshotResponse>

    var snapshot: @Sendable (Writer) async throws -> Void

    func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
        router.registerHandler(
            forMethod: Etcdserverpb_Maintenance.Method.Status.descriptor,
            deserializer: ProtobufDeserializer<Etcdserverpb_StatusRequest>(),
            serializer: ProtobufSerializer<Etcdserverpb_StatusResponse>()
        ) { _, _ in
            StreamingServerResponse(single: ServerResponse(message: Etcdserverpb_StatusResponse()))
        }
        router.registerHandler(
            forMethod: Etcdserverpb_Maintenance.Method.Snapshot.descriptor,
            deserializer: ProtobufDeserializer<Etcdserverpb_SnapshotRequest>(),
            serializer: ProtobufSerializer<Etcdserverpb_SnapshotResponse>()
        ) { _, _ in
            StreamingServerResponse { writer in
                try await self.snapshot(writer)
                return [:]
            }
        }
    }
}

/// Serves `services`, on a free port of 127.0.0.1 if nowhere else, while `body` runs.
func withServer<Result: Sendable>(
    _ services: [any RegistrableRPCService],
    at address: GRPCNIOTransportCore.SocketAddress = .ipv4(host: "127.0.0.1", port: 0),
    _ body: @Sendable (EtcdEndpoint) async throws -> Result
) async throws -> Result {
    let transport = HTTP2ServerTransport.Posix(
        address: address,
        transportSecurity: .plaintext
    )
    let server = GRPCServer(transport: transport, services: services)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.serve() }
        defer { group.cancelAll() }
        let port = try await transport.listeningAddress.ipv4?.port ?? 0
        return try await body(EtcdEndpoint(address: .tcp(host: "127.0.0.1", port: port), usesTLS: false))
    }
}

/// Listens on a free port of 127.0.0.1 and answers every connection with `bytes`, or with nothing.
func withListener<Result: Sendable>(
    saying bytes: [UInt8] = [],
    closing: Bool = false,
    _ body: (Int) async throws -> Result
) async throws -> Result {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { child in
            child.eventLoop.makeCompletedFuture {
                try child.pipeline.syncOperations.addHandler(Greeter(bytes: bytes, closing: closing))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        let result = try await body(channel.localAddress?.port ?? 0)
        try await channel.close()
        return result
    } catch {
        try await channel.close()
        throw error
    }
}

/// Says its bytes to whoever connects, and may close the connection then.
private final class Greeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let bytes: [UInt8]
    private let closing: Bool

    init(bytes: [UInt8], closing: Bool) {
        self.bytes = bytes
        self.closing = closing
    }

    func channelActive(context: ChannelHandlerContext) {
        if !self.bytes.isEmpty {
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: self.bytes)), promise: nil)
        }
        if self.closing { context.close(promise: nil) }
    }
}
