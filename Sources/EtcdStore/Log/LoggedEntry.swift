import Bolt
import EtcdMessages
public import EtcdStorage
import FoundationEssentials
import SwiftProtobuf

/// An entry of a log in what it asks for: by key, with the sizes of values in place of the values, and without
/// passwords.
public struct LoggedEntry: Sendable {
    public var entry: LogEntry
    public var content: Content
    /// Length of the entry's data, in bytes.
    public var byteCount: Int

    public enum Content: Sendable {
        /// Nothing: the first entry of a leader.
        case empty
        case memberChange(LoggedMemberChange)
        case request(LoggedAction, by: String)
        /// A request of etcd's API of version 2, in a message of its own.
        case versionTwo(LoggedAction)
        /// A request of a kind that is not known here.
        case unknownRequest
        case unreadable
    }

    /// Reads an entry; `data` are its own.
    public init(_ entry: LogEntry, _ data: RawSpan) {
        self.entry = entry
        self.byteCount = data.byteCount
        let bytes = data.withUnsafeBytes { Data($0) }
        switch entry.kind {
        case .memberChange:
            let change = try? Raftpb_ConfChange(serializedBytes: bytes)
            self.content = change.map { .memberChange(LoggedMemberChange($0)) } ?? .unreadable
        case .normal where data.byteCount == 0:
            self.content = .empty
        case .normal:
            if let request = try? Etcdserverpb_InternalRaftRequest(serializedBytes: bytes) {
                let action = request.loggedRequest.map { LoggedAction($0, of: request) }
                self.content = action.map { .request($0, by: request.header.username) } ?? .unknownRequest
            } else if let request = try? Etcdserverpb_Request(serializedBytes: bytes) {
                self.content = .versionTwo(LoggedAction(request))
            } else {
                self.content = .unreadable
            }
        case .jointMemberChange, .other:
            self.content = .unreadable
        }
    }

    /// What it asks for; nil for what is no request that is known.
    public var action: LoggedAction? {
        switch self.content {
        case .request(let action, _), .versionTwo(let action): action
        case .empty, .memberChange, .unknownRequest, .unreadable: nil
        }
    }
}

/// A change of one member.
public struct LoggedMemberChange: Hashable, Sendable {
    public enum Kind: String, Sendable {
        case add
        case addLearner = "add_learner"
        case remove
        case update
    }

    public var kind: Kind
    public var member: MemberID

    init(_ change: Raftpb_ConfChange) {
        self.member = MemberID(rawValue: change.nodeID)
        self.kind =
            switch change.type {
            case .confChangeAddNode: .add
            case .confChangeRemoveNode: .remove
            case .confChangeUpdateNode: .update
            case .confChangeAddLearnerNode: .addLearner
            }
    }
}

/// One request: what it is called, what it names, and what it does to keys.
public struct LoggedAction: Sendable {
    /// One operation on keys.
    public struct Operation: Sendable {
        public enum Kind: String, Sendable {
            case range
            case put
            case deleteRange = "delete_range"
        }

        /// In which list of a transaction it stands.
        public enum Branch: String, Sendable {
            case success
            case failure
        }

        public var kind: Kind
        public var branch: Branch?
        public var key: [UInt8]
        /// Empty for one key.
        public var rangeEnd: [UInt8]
        /// Of a put, in bytes.
        public var valueByteCount: Int?
        /// 0 for none.
        public var lease: Int64
    }

    /// What a transaction compares.
    public struct Comparison: Sendable {
        public enum Target: String, Sendable {
            case version
            case create
            case mod
            case value
            case lease
            case unknown
        }

        public enum Result: String, Sendable {
            case equal = "="
            case greater = ">"
            case less = "<"
            case notEqual = "!="
            case unknown = "?"
        }

        public var target: Target
        public var result: Result
        public var key: [UInt8]
        /// nil for a value.
        public var number: Int64?
        /// Of a value that is compared with, in bytes.
        public var valueByteCount: Int?
    }

    /// A name or number that the request gives.
    public struct Detail: Sendable {
        public enum Content: Sendable {
            case text(String)
            case number(Int64)
            /// To be shown in hexadecimal digits.
            case identifier(UInt64)
            case byteCount(Int)
        }

        public var name: String
        public var content: Content
    }

    public var request: LoggedRequest
    public var details: [Detail] = []
    public var comparisons: [Comparison] = []
    /// Those of a transaction within a transaction stand among the others.
    public var operations: [Operation] = []
}

extension LoggedEntry {
    /// The names that etcd's own `etcd-dump-logs` has for sorts of entries.
    ///
    /// Source: etcd-io/etcd `tools/etcd-dump-logs/main.go`.
    public enum Sort: String, CaseIterable, Sendable {
        case configChange = "ConfigChange"
        case normal = "Normal"
        /// Of etcd's API of version 2.
        case request = "Request"
        case internalRaftRequest = "InternalRaftRequest"
        case range = "IRRRange"
        case put = "IRRPut"
        case deleteRange = "IRRDeleteRange"
        case txn = "IRRTxn"
        case compaction = "IRRCompaction"
        case leaseGrant = "IRRLeaseGrant"
        case leaseRevoke = "IRRLeaseRevoke"
    }

    /// Whether the entry is of that sort.
    public func isOf(_ sort: Sort) -> Bool {
        func asks(_ request: LoggedRequest) -> Bool {
            if case .request(let action, _) = self.content { action.request == request } else { false }
        }
        switch sort {
        case .configChange: return self.entry.kind == .memberChange
        case .normal: return self.entry.kind == .normal
        case .request:
            guard case .versionTwo = self.content else { return false }
            return true
        case .internalRaftRequest:
            switch self.content {
            case .empty, .request, .unknownRequest: return true
            case .memberChange, .versionTwo, .unreadable: return false
            }
        case .range: return asks(.range)
        case .put: return asks(.put)
        case .deleteRange: return asks(.deleteRange)
        case .txn: return asks(.txn)
        case .compaction: return asks(.compaction)
        case .leaseGrant: return asks(.leaseGrant)
        case .leaseRevoke: return asks(.leaseRevoke)
        }
    }
}
