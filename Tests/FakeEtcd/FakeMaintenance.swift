public import EtcdMessages
import EtcdRPC
public import GRPCCore
import GRPCProtobuf
import SwiftProtobuf

/// A Maintenance service that says of its status what the test says, and does that with a snapshot.
public struct FakeMaintenance: RegistrableRPCService {
    public typealias Writer = RPCWriter<Etcdserverpb_SnapshotResponse>

    private let status: Etcdserverpb_StatusResponse
    private let snapshot: @Sendable (Writer) async throws -> Void

    /// - Parameters:
    ///   - status: What it answers to Status.
    ///   - snapshot: Sends what it answers to Snapshot.
    public init(
        status: Etcdserverpb_StatusResponse = Etcdserverpb_StatusResponse(),
        snapshot: @escaping @Sendable (Writer) async throws -> Void
    ) {
        self.status = status
        self.snapshot = snapshot
    }

    public func registerMethods<Transport: ServerTransport>(with router: inout RPCRouter<Transport>) {
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
                try await self.snapshot(writer)
                return [:]
            }
        }
    }
}
