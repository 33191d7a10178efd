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
    /// How much of it holds something, in bytes; 0 when the member does not say, as kine.
    public var databaseSizeInUse: Int64 = 0
    /// The leader's member ID; nil when there is none.
    public var leader: UInt64?
    public var isLearner: Bool
    /// What the member itself finds wrong, alarms among it, in etcd's words.
    public var errors: [String]
    /// Whether it is kine, which keeps keys in an SQL database and answers for them as etcd does.
    public var isKine = false

    /// An alarm and the member that it was raised for.
    public struct RaisedAlarm: Hashable, Sendable {
        public var alarm: Alarm
        /// nil when etcd could not tell which member it is.
        public var memberID: UInt64?
    }

    /// The alarms that are raised in the cluster.
    ///
    /// A member lists the whole cluster's alarms in its errors, each as `memberID:10276657743932975437 alarm:CORRUPT`,
    /// and without the ID where that is 0.
    ///
    /// Source: etcd-io/etcd `server/etcdserver/api/v3rpc/maintenance.go`, `Status`.
    public var alarms: [RaisedAlarm] {
        self.errors.compactMap { error in
            let words = error.split(whereSeparator: { $0.isWhitespace })
            func value(_ field: String) -> Substring? {
                words.first { $0.hasPrefix(field) }?.dropFirst(field.count)
            }
            guard let alarm = value("alarm:").flatMap({ Alarm(rawValue: String($0)) }) else { return nil }
            return RaisedAlarm(alarm: alarm, memberID: value("memberID:").flatMap { UInt64($0) })
        }
    }

    /// Whether the alarm is raised for this member.
    public func hasAlarm(_ alarm: Alarm) -> Bool {
        self.alarms.contains(RaisedAlarm(alarm: alarm, memberID: self.memberID))
    }
}

extension EtcdClient {
    /// Asks the member for its state; needs neither a leader nor any right.
    ///
    /// What names no IDs is asked for its members too: kine has one of its own name.
    ///
    /// Source: k3s-io/kine `pkg/server/maintenance.go`, `Status`, and `pkg/server/cluster.go`, `MemberList`.
    public func status() async throws -> MemberStatus {
        let maintenance = Etcdserverpb_Maintenance.Client(wrapping: self.calls.grpc)
        let answer = try await self.calls.unary { context in
            try await maintenance.status(.init(), metadata: context.metadata, options: context.options)
        }
        var status = MemberStatus(answer)
        if status.clusterID == 0, status.memberID == 0 {
            status.isKine = try await self.namesItselfKine()
        }
        return status
    }
}

extension MemberStatus {
    init(_ answer: Etcdserverpb_StatusResponse) {
        self.clusterID = answer.header.clusterID
        self.memberID = answer.header.memberID
        self.version = printable(answer.version)
        self.revision = answer.header.revision
        self.databaseSize = answer.dbSize
        self.databaseSizeInUse = answer.dbSizeInUse
        self.leader = answer.leader == 0 ? nil : answer.leader
        self.isLearner = answer.isLearner
        self.errors = answer.errors.prefix(64).map(printable)
    }
}

extension EtcdClient {
    /// Whether the only member is called kine and has no ID; what does not list its members is not kine.
    private func namesItselfKine() async throws -> Bool {
        do {
            return try await self.members() == [ListedMember(id: 0, name: "kine")]
        } catch is EtcdClientError {
            return false
        }
    }
}
