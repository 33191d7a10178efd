import EtcdMessages
import EtcdRPC
public import EtcdStorage
import FoundationEssentials
import GRPCCore
import SwiftProtobuf

/// What a delete did.
public struct Deletion: Hashable, Sendable {
    public var count: Int64
    /// The keys as they were, when they were asked for.
    public var previous: [LiveKeyValue]
    /// The revision of the delete, or of the store when there was nothing to delete.
    public var revision: Int64
}

extension EtcdClient {
    /// Writes one key.
    ///
    /// - Returns: The revision of the write.
    @discardableResult
    public func put(_ key: [UInt8], _ value: [UInt8], lease: Int64 = 0) async throws -> Int64 {
        let kv = Etcdserverpb_KV.Client(wrapping: self.calls.grpc)
        let request = Etcdserverpb_PutRequest.with {
            $0.key = Data(key)
            $0.value = Data(value)
            $0.lease = lease
        }
        let answer = try await self.namingLostQuorum {
            try await self.calls.unary { context in
                try await kv.put(request, metadata: context.metadata, options: context.options)
            }
        }
        return answer.header.revision
    }

    /// Deletes all keys of a range in one revision.
    ///
    /// - Parameters:
    ///   - range: Which keys.
    ///   - returningPrevious: Whether to answer with the keys as they were.
    /// - Returns: How many were deleted.
    /// - Throws: `.permissionDenied` and whatever breaks calls.
    public func deleteRange(_ range: KeyRange, returningPrevious: Bool = false) async throws -> Deletion {
        let kv = Etcdserverpb_KV.Client(wrapping: self.calls.grpc)
        let request = Etcdserverpb_DeleteRangeRequest.with {
            $0.key = Data(range.requestKey)
            $0.rangeEnd = Data(range.requestEnd)
            $0.prevKv = returningPrevious
        }
        let answer = try await self.namingLostQuorum {
            try await self.calls.unary { context in
                try await kv.deleteRange(request, metadata: context.metadata, options: context.options)
            }
        }
        return Deletion(
            count: answer.deleted,
            previous: answer.prevKvs.map(LiveKeyValue.init),
            revision: answer.header.revision
        )
    }
}
