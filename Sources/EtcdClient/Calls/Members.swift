import EtcdMessages
import EtcdRPC
import GRPCCore
import SwiftProtobuf

/// A member of the cluster, as the cluster knows it.
public struct Member: Hashable, Sendable {
    public var id: UInt64
    /// Empty until the member has started for the first time.
    public var name: String
    public var peerURLs: [String]
    public var clientURLs: [String]
    public var isLearner: Bool
}

extension EtcdClient {
    /// All members, by ID.
    public func memberList() async throws -> [Member] {
        let cluster = Etcdserverpb_Cluster.Client(wrapping: self.calls.grpc)
        let answer = try await self.calls.unary { context in
            try await cluster.memberList(.init(), metadata: context.metadata, options: context.options)
        }
        let members = answer.members.map { member in
            Member(
                id: member.id,
                name: printable(member.name),
                peerURLs: member.peerUrls.map(printable),
                clientURLs: member.clientUrls.map(printable),
                isLearner: member.isLearner
            )
        }
        return members.sorted { $0.id < $1.id }
    }
}
