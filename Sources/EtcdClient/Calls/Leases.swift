import EtcdMessages
import EtcdRPC
import GRPCCore
import SwiftProtobuf

/// A lease as a live etcd tells it.
public struct LiveLease: Hashable, Sendable {
    public var id: Int64
    /// Seconds, as granted.
    public var grantedTTL: Int64
    /// The keys that go with it, in order of their bytes.
    public var keys: [[UInt8]]
}

extension EtcdClient {
    /// The IDs of all leases, in no particular order.
    public func leaseIDs() async throws -> [Int64] {
        let leases = Etcdserverpb_Lease.Client(wrapping: self.calls.grpc)
        let answer = try await self.calls.unary { context in
            try await leases.leaseLeases(.init(), metadata: context.metadata, options: context.options)
        }
        return answer.leases.map(\.id)
    }

    /// Asks for one lease and its keys.
    ///
    /// - Returns: nil when there is none of that ID, or it has run out.
    public func lease(_ id: Int64) async throws -> LiveLease? {
        let leases = Etcdserverpb_Lease.Client(wrapping: self.calls.grpc)
        let request = Etcdserverpb_LeaseTimeToLiveRequest.with {
            $0.id = id
            $0.keys = true
        }
        let answer = try await self.calls.unary { context in
            try await leases.leaseTimeToLive(request, metadata: context.metadata, options: context.options)
        }
        guard answer.ttl >= 0 else { return nil }
        return LiveLease(
            id: answer.id,
            grantedTTL: answer.grantedTtl,
            keys: answer.keys.map { Array($0) }.sorted { $0.lexicographicallyPrecedes($1) }
        )
    }
}
