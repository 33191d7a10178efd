import EtcdMessages
import EtcdRPC
import EtcdStorage
import EtcdStore
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// The log of a real member, applied to an empty store, and the database that the member made of it.
@Suite(.timeLimit(.minutes(60)))
struct AppliedLogTests {
    @Test(arguments: EtcdRelease.allCases)
    func makesTheStoreOfTheMemberThatHasTheLog(release: EtcdRelease) async throws {
        try await withTemporaryDirectory { directory in
            var plan = EtcdPlan(release, in: directory)
            if release == .v35 { plan.extraArguments = ["--unsafe-no-fsync"] }
            let seed = TestSeed.draw(for: "requests of the log")
            try await withRealEtcd(plan) { etcd in
                try await withAnsweringEtcd(etcd) { api in
                    try await askAtRandom(api, seed: seed)
                    try await askUnderAlarms(api)
                }
                try await askAsUsers(etcd)
            }
            let replay = try Replay(of: plan.members[0])
            #expect(replay.refusals[.noSpace, default: 0] >= 2)
            #expect(replay.refusals[.corrupt, default: 0] >= 1)
            #expect(replay.refusals[.permissionDenied, default: 0] >= 2)
            #expect(replay.refusals[.unknownRequest] == nil)
            try expectSameStore(replay.store, try store(of: plan.members[0]), "seed \(seed)")
            try expectSameUsers(replay.store, try store(of: plan.members[0]))
        }
    }

    /// A JSON web token names the revision of the users under which it was made, and the log has it from there.
    @Test func refusesWhoWasKnownUnderEarlierUsersAsTheMemberDid() async throws {
        try await withTemporaryDirectory { directory in
            let (key, publicKey) = try await signingKeys(in: directory)
            var plan = EtcdPlan(.v35, in: directory.appending("etcd"))
            plan.extraArguments = [
                "--unsafe-no-fsync", "--auth-token",
                "jwt,pub-key=\(publicKey),priv-key=\(key),sign-method=RS256,ttl=1h",
            ]
            try await withRealEtcd(plan) { etcd in
                try await makeUsers(etcd)
                try await withAnsweringEtcd(etcd) { api in
                    let auth = Etcdserverpb_Auth.Client(wrapping: api.grpc)
                    let alice = try await auth.authenticate(
                        .with { ($0.name, $0.password) = ("alice", "secret") }
                    )
                    let token: Metadata = ["token": "\(alice.token)"]
                    let put = StoreRequest.put(.putting("a1", Data("before".utf8)))
                    guard case .message = try await api.answer(put, metadata: token) else {
                        Issue.record("alice cannot write")
                        return
                    }
                    try await etcd.etcdctl("--user", "root:secret", "role", "add", "another")
                    let late = StoreRequest.put(.putting("a2", Data("after".utf8)))
                    let answer = try await api.answer(late, metadata: token)
                    // Later releases say it as ``EtcdError/oldRevision`` does.
                    #expect(answer == .refusal(code: .unknown, text: "auth: revision in header is old"))
                }
            }
            let replay = try Replay(of: plan.members[0])
            #expect(replay.refusals[.oldRevision] == 1)
            try expectSameStore(replay.store, try store(of: plan.members[0]), "")
            try expectSameUsers(replay.store, try store(of: plan.members[0]))
        }
    }
}

// MARK: What the member is asked

/// Random requests about keys and leases.
private func askAtRandom<Transport>(_ api: AnsweringEtcd<Transport>, seed: UInt64) async throws {
    let kv = Etcdserverpb_KV.Client(wrapping: api.grpc)
    var requests = RandomRequests(seed: seed)
    for number in 0..<600 {
        if number % 20 == 0 { requests.revision = try await kv.range(.key("k")).header.revision }
        let request = requests.next()
        // The log has no ranges.
        if case .range = request { continue }
        _ = try await api.answer(request)
    }
}

/// Requests while there is an alarm, which refuses some of them; one alarm stays.
private func askUnderAlarms<Transport>(_ api: AnsweringEtcd<Transport>) async throws {
    let maintenance = Etcdserverpb_Maintenance.Client(wrapping: api.grpc)
    func alarm(
        _ action: Etcdserverpb_AlarmRequest.AlarmAction,
        _ kind: Etcdserverpb_AlarmType,
        member: UInt64
    ) async throws {
        _ = try await maintenance.alarm(.with { ($0.action, $0.alarm, $0.memberID) = (action, kind, member) })
    }
    let put = Etcdserverpb_RequestOp.with { $0.requestPut = .putting("alarmed", Data("1".utf8)) }
    let delete = Etcdserverpb_RequestOp.with { $0.requestDeleteRange = .with { $0.key = Data("ab".utf8) } }
    let requests: [StoreRequest] = [
        .put(.putting("alarmed", Data())), .leaseGrant(.with { ($0.id, $0.ttl) = (4711, 100_000) }),
        .txn(.with { $0.success = [delete] }), .txn(.with { ($0.success, $0.failure) = ([delete], [put]) }),
        .deleteRange(.with { $0.key = Data("b".utf8) }),
    ]
    for kind in [.nospace, .corrupt] as [Etcdserverpb_AlarmType] {
        try await alarm(.activate, kind, member: 7)
        for request in requests { _ = try await api.answer(request) }
        try await alarm(.deactivate, kind, member: 7)
    }
    _ = try await api.answer(.leaseGrant(.with { ($0.id, $0.ttl) = (4711, 100_000) }))
    _ = try await api.answer(.put(.with { ($0.key, $0.lease) = (Data("leased".utf8), 4711) }))
}

/// Users with passwords and roles, and authentication, which is on.
private func makeUsers(_ etcd: RealEtcd) async throws {
    try await etcd.etcdctl("user", "add", "root:secret")
    try await etcd.etcdctl("user", "grant-role", "root", "root")
    try await etcd.etcdctl("user", "add", "alice:first")
    try await etcd.etcdctl("user", "add", "bob:secret")
    try await etcd.etcdctl("role", "add", "writer")
    try await etcd.etcdctl("role", "grant-permission", "writer", "readwrite", "a", "b")
    try await etcd.etcdctl("role", "grant-permission", "writer", "read", "c")
    try await etcd.etcdctl("user", "grant-role", "alice", "writer")
    try await etcd.etcdctl("user", "passwd", "alice", "--interactive=false", input: "secret\n")
    try await etcd.etcdctl("auth", "enable")
}

/// What users may do and what they may not; at the end nobody is asked for a password.
private func askAsUsers(_ etcd: RealEtcd) async throws {
    try await makeUsers(etcd)
    let alice = ["--user", "alice:secret"]
    try await etcd.etcdctl(alice + ["put", "a/alice", "1"])
    try await refused(etcd, alice + ["put", "c", "1"])
    try await refused(etcd, alice + ["del", "leased"])
    try await refused(etcd, alice + ["role", "add", "mine"])
    let root = ["--user", "root:secret"]
    try await etcd.etcdctl(root + ["role", "revoke-permission", "writer", "c"])
    try await etcd.etcdctl(root + ["user", "grant-role", "bob", "writer"])
    try await etcd.etcdctl(root + ["user", "revoke-role", "alice", "writer"])
    try await refused(etcd, alice + ["put", "a/alice", "2"])
    try await etcd.etcdctl(root + ["role", "add", "short-lived"])
    try await etcd.etcdctl(root + ["role", "delete", "short-lived"])
    try await etcd.etcdctl(root + ["user", "delete", "alice"])
    try await refused(etcd, root + ["user", "delete", "root"])
    try await etcd.etcdctl(root + ["put", "root", "1"])
    try await etcd.etcdctl(root + ["auth", "disable"])
}

private func refused(_ etcd: RealEtcd, _ words: [String]) async throws {
    let result = try await RealPrograms.etcdctl(etcd.plan.release).run(
        ["--endpoints", etcd.endpoint] + words
    )
    #expect(result.exitCode != 0, "\(words)")
}

private func signingKeys(in directory: FilePath) async throws -> (key: String, publicKey: String) {
    let openssl = try RealPrograms.named("openssl")
    let (key, publicKey) = (directory.appending("jwt.key").string, directory.appending("jwt.pub").string)
    _ = try await openssl.succeed(["genrsa", "-out", key, "2048"])
    _ = try await openssl.succeed(["rsa", "-in", key, "-pubout", "-out", publicKey])
    return (key, publicKey)
}

// MARK: What became of it

private let identity = Store.Identity(clusterID: 1, memberID: 2, raftTerm: 2)

/// A store that began empty and was given all requests of a log.
private struct Replay {
    let store = Store(identity: identity)
    /// How many were refused, and why.
    private(set) var refusals: [EtcdError: Int] = [:]

    init(of member: EtcdMember) throws {
        for request in try RaftLog(of: member).requests {
            do throws(EtcdError) {
                // etcd 3.4 logs passwords in clear; the hashes of its members differ.
                _ = try self.store.apply(request, at: 0) { _ in "" }
            } catch {
                self.refusals[error, default: 0] += 1
            }
        }
    }
}

/// The store of a stopped member's database.
private func store(of member: EtcdMember) throws -> Store {
    let path = DataDirectoryLayout(root: member.dataDirectory.string).database
    return try Store(source: EtcdDatabase(path: path), identity: identity, now: 0)
}

private func expectSameStore(_ ours: Store, _ theirs: Store, _ comment: Comment) throws {
    #expect(ours.revision == theirs.revision, comment)
    #expect(ours.compactRevision == theirs.compactRevision, comment)
    #expect(try ours.hashKV(.init()) == theirs.hashKV(.init()), comment)
    for revision in max(1, ours.compactRevision)...ours.revision {
        let all = Etcdserverpb_RangeRequest.with {
            ($0.key, $0.rangeEnd, $0.revision) = (Data([0]), Data([0]), revision)
        }
        #expect(try ours.range(all) == theirs.range(all), comment)
    }
    #expect(ours.status.alarms == theirs.status.alarms, comment)
    #expect(leases(of: ours) == leases(of: theirs), comment)
}

/// The leases of a store in order, each with its time and its keys.
private func leases(of store: Store) -> [Etcdserverpb_LeaseTimeToLiveResponse] {
    store.leaseLeases(.init()).leases.map(\.id).sorted().map { id in
        store.leaseTimeToLive(.with { ($0.id, $0.keys) = (id, true) }, at: 0)
    }
}

private func expectSameUsers(_ ours: Store, _ theirs: Store) throws {
    let (ours, theirs) = (ours.users, theirs.users)
    #expect(ours.isEnabled == theirs.isEnabled)
    #expect(ours.revision == theirs.revision)
    #expect(ours.roles == theirs.roles)
    #expect(Set(ours.users.keys) == Set(theirs.users.keys))
    for (name, user) in ours.users {
        var real = try #require(theirs.users[name])
        if user.password.isEmpty { real.password = Data() }
        #expect(user == real)
    }
}
