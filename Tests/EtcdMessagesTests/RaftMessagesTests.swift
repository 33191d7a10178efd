import EtcdMessages
import Foundation
import StoreTestSupport
import SwiftProtobuf
import TestSupport
import Testing

struct RaftMessagesTests {
    @Test(arguments: EtcdRelease.allCases)
    func aRealClustersLogSaysWhatItsClientsAskedFor(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, in: directory)
            try await withRealEtcd(plan, askForEverything)
            let log = try RaftLog(of: plan.members[0])

            let first = try #require(log.entries.first)
            #expect(first.type == .entryConfChange)
            let addition = try Raftpb_ConfChange(serializedBytes: first.data)
            #expect(addition.type == .confChangeAddNode)
            #expect(addition.nodeID == log.state.vote)
            #expect(String(decoding: addition.context, as: UTF8.self).contains(plan.members[0].peerURL))

            #expect(log.entries.map(\.index) == (1...UInt64(log.entries.count)).map { $0 })
            #expect(log.state.commit == log.entries.last?.index)

            let requests = try log.requests.map(LoggedRequest.init)
            #expect(requests.compactMap(\.memberName) == ["m1"])
            #expect(requests.compactMap(\.clusterVersion).last == release.clusterVersion)
            #expect(requests.compactMap(\.clientRequest) == clientRequests)
        }
    }

    /// What no message declares would be lost to whoever applies it.
    @Test(arguments: EtcdRelease.allCases)
    func noFieldOfARealLogIsUnknown(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            let plan = EtcdPlan(release, in: directory)
            try await withRealEtcd(plan, askForEverything)
            // Of the requests of version 2 only what is used is declared.
            for request in try RaftLog(of: plan.members[0]).requests where !request.hasV2 {
                // JSON has no place for unknown fields.
                let known = try Etcdserverpb_InternalRaftRequest(
                    jsonUTF8Bytes: request.jsonUTF8Bytes() as [UInt8]
                )
                #expect(known == request)
            }
        }
    }
}

/// Makes a cluster log one request of most kinds.
private func askForEverything(_ etcd: RealEtcd) async throws {
    try await etcd.etcdctl("put", "a", "1")
    try await etcd.etcdctl("del", "a", "b")
    try await etcd.etcdctl("txn", input: "mod(\"a\") = \"0\"\n\nput c 2\n\nget c\n\n")
    try await etcd.etcdctl("compaction", "3")
    let granted = try await etcd.etcdctl("lease", "grant", "600").output
    let lease = String(try #require(granted.split(separator: " ").dropFirst().first))
    try await etcd.etcdctl("put", "d", "3", "--lease=\(lease)")
    try await etcd.etcdctl("lease", "revoke", lease)
    try await etcd.etcdctl("role", "add", "reader")
    try await etcd.etcdctl("role", "grant-permission", "reader", "read", "a", "c")
    try await etcd.etcdctl("user", "add", "root:secret")
    try await etcd.etcdctl("user", "grant-role", "root", "root")
    try await etcd.etcdctl("auth", "enable")
    try await etcd.etcdctl("--user", "root:secret", "put", "e", "4")
    try await etcd.etcdctl("--user", "root:secret", "auth", "disable")
}

private let clientRequests = [
    "put a=1", "delete a..<b", "txn 1 compare, put c=2 else range c", "compact 3", "grant 600 s",
    "put d=3 with a lease", "revoke", "add role reader", "grant reader READ a..<c", "add user root",
    "grant root root", "enable auth", "authenticate root", "root: put e=4", "authenticate root",
    "root: disable auth",
]

/// A request of the log, as far as the test looks at it.
private struct LoggedRequest {
    var memberName: String?
    var clusterVersion: String?
    var clientRequest: String?

    init(_ request: Etcdserverpb_InternalRaftRequest) throws {
        if request.hasV2 {
            try self.read(request.v2)
        } else if request.hasClusterMemberAttrSet {
            self.memberName = request.clusterMemberAttrSet.memberAttributes.name
        } else if request.hasClusterVersionSet {
            self.clusterVersion = request.clusterVersionSet.ver
        } else if request.hasAlarm, request.alarm.action == .get {
            // How etcdctl 3.5 asks for a member's health; how often is a matter of time.
            return
        } else {
            let user = request.header.username
            self.clientRequest = (user.isEmpty ? "" : "\(user): ") + request.summary
        }
    }

    private mutating func read(_ request: Etcdserverpb_Request) throws {
        struct Attributes: Decodable { var name: String }
        #expect(request.method == "PUT")
        if request.path.hasSuffix("/attributes") {
            self.memberName = try JSONDecoder().decode(Attributes.self, from: Data(request.val.utf8)).name
        } else if request.path == "/0/version" {
            self.clusterVersion = request.val
        }
    }
}

extension Etcdserverpb_InternalRaftRequest {
    fileprivate var summary: String {
        if hasPut { return put.summary }
        if hasDeleteRange { return "delete \(text(deleteRange.key))..<\(text(deleteRange.rangeEnd))" }
        if hasTxn {
            let success = txn.success.map(\.requestPut.summary).joined(separator: ",")
            let failure = txn.failure.map { "range \(text($0.requestRange.key))" }.joined(separator: ",")
            return "txn \(txn.compare.count) compare, \(success) else \(failure)"
        }
        if hasCompaction { return "compact \(compaction.revision)" }
        if hasLeaseGrant { return "grant \(leaseGrant.ttl) s" }
        if hasLeaseRevoke { return leaseRevoke.id == 0 ? "revoke nothing" : "revoke" }
        if hasAuthRoleAdd { return "add role \(authRoleAdd.name)" }
        if hasAuthRoleGrantPermission {
            let permission = authRoleGrantPermission.perm
            let range = "\(text(permission.key))..<\(text(permission.rangeEnd))"
            return
                "grant \(authRoleGrantPermission.name) \(permission.permType == .read ? "READ" : "?") \(range)"
        }
        if hasAuthUserAdd { return "add user \(authUserAdd.name)" }
        if hasAuthUserGrantRole { return "grant \(authUserGrantRole.user) \(authUserGrantRole.role)" }
        if hasAuthEnable { return "enable auth" }
        if hasAuthDisable { return "disable auth" }
        if hasAuthenticate { return "authenticate \(authenticate.name)" }
        return "\(self)"
    }
}

extension Etcdserverpb_PutRequest {
    fileprivate var summary: String {
        "put \(text(key))=\(text(value))\(lease == 0 ? "" : " with a lease")"
    }
}

private func text(_ data: Data) -> String { String(decoding: data, as: UTF8.self) }

extension EtcdRelease {
    fileprivate var clusterVersion: String {
        switch self {
        case .v34: "3.4.0"
        case .v35: "3.5.0"
        }
    }
}
