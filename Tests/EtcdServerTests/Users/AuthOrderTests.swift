import EtcdMessages
import EtcdRPC
import EtcdServer
import EtcdStore
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import TestSupport
import Testing

/// What a change of users and roles means for calls that are under way, and for tokens.
@Suite(.timeLimit(.minutes(60)))
struct AuthOrderTests {
    @Test func nothingIsWrittenWithRightsThatWereTaken() async throws {
        try await withServed { served in
            let root = try await begin(served)
            let alice = try await served.signIn("alice", "a")
            for _ in 0..<10 {
                _ = try await served.auth.userGrantRole(aliceAsWriter, metadata: root)
                try await withThrowingTaskGroup(of: RPCError.Code?.self) { group in
                    for writer in 0..<6 {
                        group.addTask { await putUntilRefused("k\(writer)", alice, served) }
                    }
                    let written = served.store.revision + 12
                    try await eventually("the writers are at work") { served.store.revision >= written }
                    let revoke = Etcdserverpb_AuthUserRevokeRoleRequest.with {
                        ($0.name, $0.role) = ("alice", "writer")
                    }
                    _ = try await served.auth.userRevokeRole(revoke, metadata: root)
                    let revision = served.store.revision
                    for try await code in group { #expect(code == .permissionDenied) }
                    #expect(served.store.revision == revision)
                }
            }
        }
    }

    @Test func aTokenEndsWithThePasswordItWasGivenFor() async throws {
        try await withServed { served in
            let root = try await begin(served)
            _ = try await served.auth.userGrantRole(aliceAsWriter, metadata: root)
            let before = try await served.signIn("alice", "a")
            _ = try await served.auth.userChangePassword(
                .with { ($0.name, $0.password) = ("alice", "b") },
                metadata: root
            )
            let refused = await #expect(throws: RPCError.self) {
                try await served.kv.put(.putting("k", Data()), metadata: before)
            }
            #expect(refused?.message == "etcdserver: invalid auth token")
            let after = try await served.signIn("alice", "b")
            _ = try await served.kv.put(.putting("k", Data()), metadata: after)
            _ = try await served.auth.authDisable(.init(), metadata: root)
            _ = try await served.kv.put(.putting("k", Data()), metadata: before)
            _ = try await served.auth.authEnable(.init())
            await #expect(throws: RPCError.self) {
                try await served.kv.put(.putting("k", Data()), metadata: after)
            }
        }
    }

    /// Whoever can read a snapshot can read every key, and the hashes of passwords.
    @Test func onlyRootIsGivenASnapshotOrAHash() async throws {
        try await withServed { served in
            let root = try await begin(served)
            let alice = try await served.signIn("alice", "a")
            let maintenance = Etcdserverpb_Maintenance.Client(wrapping: served.client)
            func snapshot(_ metadata: Metadata) async throws -> Int {
                try await maintenance.snapshot(.init(), metadata: metadata) { response in
                    try await response.messages.reduce(0) { $0 + $1.blob.count }
                }
            }
            #expect(try await snapshot(root) > 32)
            _ = try await maintenance.hashKV(.init(), metadata: root)
            let refusals = [
                await #expect(throws: RPCError.self) { try await snapshot(alice) },
                await #expect(throws: RPCError.self) {
                    try await maintenance.hashKV(.init(), metadata: alice)
                },
                await #expect(throws: RPCError.self) { try await maintenance.hash(.init(), metadata: alice) },
            ]
            #expect(refusals.allSatisfy { $0?.code == .permissionDenied })
        }
    }
}

/// Changes of members, which a real etcd refuses to all but root before it looks at them any further.
@Suite(.timeLimit(.minutes(60)))
struct MemberChangePermissionTests {
    @Test(arguments: AnyStore.allCases)
    func onlyRootMayAskForAChangeOfMembers(store: AnyStore) async throws {
        try await store.serve { endpoint in
            try await withAnsweringEtcd(at: endpoint) { api in
                let auth = Etcdserverpb_Auth.Client(wrapping: api.grpc)
                for (name, password) in [("root", "r"), ("alice", "a")] {
                    _ = try await auth.userAdd(.with { ($0.name, $0.password) = (name, password) })
                }
                _ = try await auth.roleAdd(.with { $0.name = "root" })
                _ = try await auth.userGrantRole(.with { ($0.user, $0.role) = ("root", "root") })
                _ = try await auth.authEnable(.init())
                let token = try await auth.authenticate(.with { ($0.name, $0.password) = ("alice", "a") })
                    .token
                for metadata in [["token": "\(token)"], [:]] as [Metadata] {
                    let cluster = Etcdserverpb_Cluster.Client(wrapping: api.grpc)
                    let wanted = metadata.isEmpty ? "user name is empty" : "permission denied"
                    let refusals = [
                        await #expect(throws: RPCError.self) {
                            try await cluster.memberRemove(.with { $0.id = 7 }, metadata: metadata)
                        },
                        await #expect(throws: RPCError.self) {
                            try await cluster.memberPromote(.with { $0.id = 7 }, metadata: metadata)
                        },
                        await #expect(throws: RPCError.self) {
                            let urls = ["http://127.0.0.1:1"]
                            return try await cluster.memberAdd(
                                .with { $0.peerUrls = urls },
                                metadata: metadata
                            )
                        },
                        await #expect(throws: RPCError.self) {
                            let request = Etcdserverpb_MemberUpdateRequest.with {
                                ($0.id, $0.peerUrls) = (7, ["http://127.0.0.1:1"])
                            }
                            return try await cluster.memberUpdate(request, metadata: metadata)
                        },
                    ]
                    #expect(
                        refusals.map { $0?.message } == Array(repeating: "etcdserver: \(wanted)", count: 4)
                    )
                }
            }
        }
    }
}

private let aliceAsWriter = Etcdserverpb_AuthUserGrantRoleRequest.with {
    ($0.user, $0.role) = ("alice", "writer")
}

/// Makes root and alice, and a role `writer` that nobody has, and turns authentication on.
///
/// - Returns: root's token.
private func begin(_ served: ServedForTests) async throws -> Metadata {
    let auth = served.auth
    for (name, password) in [("root", "r"), ("alice", "a")] {
        _ = try await auth.userAdd(.with { ($0.name, $0.password) = (name, password) })
    }
    _ = try await auth.userGrantRole(.with { ($0.user, $0.role) = ("root", "root") })
    _ = try await auth.roleAdd(.with { $0.name = "writer" })
    let all = Authpb_Permission.with {
        ($0.permType, $0.key, $0.rangeEnd) = (.write, Data("k".utf8), Data([0]))
    }
    _ = try await auth.roleGrantPermission(.with { ($0.name, $0.perm) = ("writer", all) })
    _ = try await auth.authEnable(.init())
    return try await served.signIn("root", "r")
}

private func putUntilRefused(_ key: String, _ token: Metadata, _ served: ServedForTests) async -> RPCError
    .Code?
{
    while true {
        do {
            _ = try await served.kv.put(.putting(key, Data()), metadata: token)
        } catch {
            return (error as? RPCError)?.code
        }
    }
}

extension ServedForTests {
    fileprivate func signIn(_ name: String, _ password: String) async throws -> Metadata {
        let request = Etcdserverpb_AuthenticateRequest.with { ($0.name, $0.password) = (name, password) }
        return ["token": "\(try await self.auth.authenticate(request).token)"]
    }
}
