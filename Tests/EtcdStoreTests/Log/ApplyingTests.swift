import EtcdMessages
import EtcdStore
import Foundation
import StoreTestSupport
import SwiftProtobuf
import TestSupport
import Testing

/// Requests of a log that are seldom in a real one.
struct ApplyingTests {
    private let store = Store(identity: .alone)

    @discardableResult
    private func apply(
        _ change: (inout Etcdserverpb_InternalRaftRequest) -> Void
    ) throws(EtcdError) -> AppliedRequest {
        var request = Etcdserverpb_InternalRaftRequest()
        change(&request)
        return try self.store.apply(request, at: 0) { "hash of \($0)" }
    }

    @Test func countsEveryEntryWhateverBecomesOfIt() throws {
        let first = self.store.status.appliedIndex
        try self.apply { $0.put = .putting("a", Data()) }
        try self.apply { $0.range = .key("a") }
        try self.apply { $0.txn = .with { $0.success = [.with { $0.requestRange = .key("a") }] } }
        try self.apply { $0.clusterVersionSet = .with { $0.ver = "3.5.0" } }
        try self.apply { $0.clusterMemberAttrSet = .with { $0.memberID = 7 } }
        try self.apply { $0.downgradeInfoSet = .init() }
        try self.apply { $0.v2 = .with { $0.path = "/0/version" } }
        try self.apply { $0.authenticate = .with { $0.name = "nobody" } }
        try self.apply { $0.authStatus = .init() }
        try self.apply { $0.leaseCheckpoint = .with { $0.checkpoints = [.with { $0.id = 404 }] } }
        #expect(throws: EtcdError.futureRevision) {
            try self.apply { $0.compaction = .with { $0.revision = 99 } }
        }
        #expect(throws: EtcdError.userNotFound) {
            try self.apply { $0.authUserDelete = .with { $0.name = "nobody" } }
        }
        #expect(self.store.status.appliedIndex == first + 12)
        #expect(self.store.revision == 2)
    }

    /// Etcd's `--max-txn-ops` allows more than 128, and the log does not say how many.
    @Test func appliesATransactionOfAnyLength() throws {
        let puts = (0..<1000).map { number in
            Etcdserverpb_RequestOp.with { $0.requestPut = .putting("k\(number)", Data()) }
        }
        #expect(throws: EtcdError.tooManyOperations) { try self.store.txn(.with { $0.success = puts }) }
        try self.apply { $0.txn = .with { $0.success = puts } }
        #expect(self.store.keyCount == 1000)
    }

    @Test func choosesNoIDForALease() {
        #expect(throws: EtcdError.leaseNotFound) { try self.apply { $0.leaseGrant = .with { $0.ttl = 60 } } }
        #expect(self.store.leaseLeases(.init()).leases.isEmpty)
    }

    @Test func saysThatItDoesNotKnowARequest() {
        #expect(throws: EtcdError.unknownRequest) { try self.apply { $0.header.id = 7 } }
    }

    @Test func hashesNoPasswordThatNobodyGets() throws {
        var hashed: [String] = []
        func apply(_ change: (inout Etcdserverpb_InternalRaftRequest) -> Void) throws(EtcdError) {
            var request = Etcdserverpb_InternalRaftRequest()
            change(&request)
            _ = try self.store.apply(request, at: 0) { password in
                hashed.append(password)
                return "hash of \(password)"
            }
        }
        func add(_ name: String, _ password: String, noPassword: Bool = false) throws(EtcdError) {
            try apply { request in
                request.authUserAdd = .with { ($0.name, $0.password) = (name, password) }
                if noPassword { request.authUserAdd.options.noPassword = true }
            }
        }
        func change(_ name: String, _ password: String) throws(EtcdError) {
            try apply { $0.authUserChangePassword = .with { ($0.name, $0.password) = (name, password) } }
        }
        try add("a", "1")
        try add("none", "2", noPassword: true)
        #expect(throws: EtcdError.userExists) { try add("a", "3") }
        #expect(throws: EtcdError.userEmpty) { try add("", "4") }
        #expect(throws: EtcdError.userNotFound) { try change("b", "5") }
        try change("none", "6")
        try change("a", "7")
        #expect(hashed == ["1", "7"])
    }

    @Test func asksWhoSentARequestAndUnderWhichUsers() throws {
        try self.apply { $0.authUserAdd = .with { ($0.name, $0.password) = ("root", "clear") } }
        try self.apply { $0.authUserGrantRole = .with { ($0.user, $0.role) = ("root", "root") } }
        try self.apply { $0.leaseGrant = .with { ($0.id, $0.ttl) = (7, 60) } }
        try self.apply { $0.put = .with { ($0.key, $0.lease) = (Data("leased".utf8), 7) } }
        try self.apply { $0.authEnable = .init() }
        #expect(self.store.users.revision == 3)
        #expect(self.store.users.users[.root]?.password == Data("hash of clear".utf8))

        func putting(_ user: String, _ revision: UInt64) throws(EtcdError) {
            try self.apply {
                $0.header = .with { ($0.username, $0.authRevision) = (user, revision) }
                $0.put = .putting("a", Data())
            }
        }
        #expect(throws: EtcdError.userEmpty) { try putting("", 0) }
        #expect(throws: EtcdError.oldRevision) { try putting("root", 2) }
        #expect(throws: EtcdError.permissionDenied) { try putting("nobody", 3) }
        try putting("root", 3)
        // Of a lease with keys an old sender is refused too; who changes users only has to be root.
        #expect(throws: EtcdError.oldRevision) {
            try self.apply {
                $0.header = .with { ($0.username, $0.authRevision) = ("root", 2) }
                $0.leaseRevoke = .with { $0.id = 7 }
            }
        }
        #expect(throws: EtcdError.userNotFound) {
            try self.apply {
                $0.header = .with { ($0.username, $0.authRevision) = ("nobody", 3) }
                $0.authRoleAdd = .with { $0.name = "mine" }
            }
        }
        try self.apply {
            $0.header = .with { ($0.username, $0.authRevision) = ("root", 2) }
            $0.authDisable = .init()
        }
        try putting("", 0)
        #expect(self.store.users.revision == 4)
    }
}
