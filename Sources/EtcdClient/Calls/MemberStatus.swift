import EtcdMessages
import EtcdRPC
import GRPCCore
import SwiftProtobuf

/// What one member says of itself.
public struct MemberStatus: Hashable, Sendable {
    /// A warning that a cluster keeps until somebody takes it back.
    public enum Alarm: String, Hashable, Sendable {
        case outOfSpace = "NOSPACE"
        case corrupt = "CORRUPT"
    }

    public var clusterID: UInt64
    public var memberID: UInt64
    /// etcd's version, such as 3.5.1.
    public var version: String
    public var revision: Int64
    /// Size of the database file, in bytes.
    public var databaseSize: Int64
    /// The leader's member ID; nil when there is none.
    public var leader: UInt64?
    public var isLearner: Bool
    /// What the member itself finds wrong, alarms among it, in etcd's words.
    public var errors: [String]

    /// The alarm that is raised for this member, if one is.
    ///
    /// A member lists the whole cluster's alarms in its errors, each as `memberID:10276657743932975437 alarm:CORRUPT`.
    public func hasAlarm(_ alarm: Alarm) -> Bool {
        self.errors.contains { error in
            let words = error.split(whereSeparator: { $0.isWhitespace })
            return words.contains("alarm:\(alarm.rawValue)") && words.contains("memberID:\(self.memberID)")
        }
    }
}

extension EtcdClient {
    /// Asks the member for its state; needs neither a leader nor any right.
    public func status() async throws -> MemberStatus {
        let maintenance = Etcdserverpb_Maintenance.Client(wrapping: self.calls.grpc)
        let answer = try await self.calls.unary { context in
            try await maintenance.status(.init(), metadata: context.metadata, options: context.options)
        }
        return MemberStatus(answer)
    }
}

extension MemberStatus {
    init(_ answer: Etcdserverpb_StatusResponse) {
        self.clusterID = answer.header.clusterID
        self.memberID = answer.header.memberID
        self.version = printable(answer.version)
        self.revision = answer.header.revision
        self.databaseSize = answer.dbSize
        self.leader = answer.leader == 0 ? nil : answer.leader
        self.isLearner = answer.isLearner
        self.errors = answer.errors.prefix(64).map(printable)
    }
}
