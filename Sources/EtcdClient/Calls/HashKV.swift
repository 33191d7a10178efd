import EtcdMessages
import EtcdRPC
import GRPCCore
import SwiftProtobuf

/// A member's hash over its revisions, comparable between members of equal compact revision.
public struct HashKV: Hashable, Sendable {
    /// CRC-32C.
    public var hash: UInt32
    /// -1 when nothing has ever been compacted.
    public var compactRevision: Int64
    /// The store's revision when it answered.
    public var revision: Int64
}

extension EtcdClient {
    /// Hashes all revisions up to `revision`; 0 for the newest.
    public func hashKV(revision: Int64 = 0) async throws -> HashKV {
        let maintenance = Etcdserverpb_Maintenance.Client(wrapping: self.calls.grpc)
        let request = Etcdserverpb_HashKVRequest.with { $0.revision = revision }
        // The member reads everything that it has before it answers.
        let answer = try await self.calls.unary(timeout: max(.seconds(60), self.calls.options.callTimeout)) {
            context in
            try await maintenance.hashKV(request, metadata: context.metadata, options: context.options)
        }
        return HashKV(
            hash: answer.hash,
            compactRevision: answer.compactRevision,
            revision: answer.header.revision
        )
    }
}
