import EtcdMessages
import EtcdRPC
import GRPCCore
import SwiftProtobuf

/// A member as the cluster's list names it.
public struct ListedMember: Hashable, Sendable {
    /// 0 where the members have no IDs, as in kine.
    public var id: UInt64
    /// Empty for a member that was added and has not started yet.
    public var name: String
}

extension EtcdClient {
    /// The members of the cluster.
    public func members() async throws -> [ListedMember] {
        let cluster = Etcdserverpb_Cluster.Client(wrapping: self.calls.grpc)
        let answer = try await self.calls.unary { context in
            try await cluster.memberList(.init(), metadata: context.metadata, options: context.options)
        }
        return answer.members.map { ListedMember(id: $0.id, name: printable($0.name)) }
    }
}
