import EtcdMessages
import EtcdRPC
import EtcdServer
import EtcdStorage
import EtcdStore
import Files
import Foundation
import GRPCCore
import StoreTestSupport
import SwiftProtobuf
import SystemPackage
import TestSupport
import Testing

/// Users, roles and permissions that were made in the bundled store, in the snapshots that it writes.
@Suite(.timeLimit(.minutes(60)))
struct AuthSnapshotTests {
    @Test func isEnforcedByEtcdAfterARestore() async throws {
        try await withTemporaryDirectory { directory in
            let snapshot = directory.appending("snapshot.db")
            try await withServed { served in
                try await makeUsers(served)
                let file = try OutputFile(creating: snapshot.string)
                _ = try served.store.writeSnapshot(to: file)
                try file.close()
            }
            var plan = EtcdPlan(.v35, in: directory.appending("etcd"))
            // That would ask without a password.
            plan.waitsForHealth = false
            try await plan.restoreFirstMember(from: snapshot)
            try await withRealEtcd(plan) { etcd in
                try await waitUntilHealthy(etcd)
                try await withAnsweringEtcd(etcd) { real in
                    try await enforces(real.grpc)
                }
            }
            let again = try Store(
                source: EtcdDatabase(path: snapshot.string),
                identity: .alone,
                now: StoreServer.now
            )
            try await withServed(again) { served in try await enforces(served.client) }
        }
    }

    /// A lost password is given anew, and comes with the new snapshot.
    @Test func changesUsersThatAreNotEnforced() async throws {
        let source = try EtcdDatabase(path: Repository.fixture("plain-etcd/auth-and-leases.db").string)
        let store = try Store(source: source, identity: .alone, now: StoreServer.now)
        var options = ServerOptions()
        options.ignoresUsers = true
        try await withServed(store, options: options) { served in
            #expect(try await served.kv.range(.key("plain/a")).count == 1)
            #expect(try await served.auth.userList(.init()).users.contains("alice"))
            _ = try await served.auth.userChangePassword(
                .with { ($0.name, $0.password) = ("root", "found again") }
            )
        }
        try await withServed(store) { served in
            let token = try await signIn("root", "found again", served.client)
            #expect(try await served.kv.range(.key("plain/a"), metadata: token).count == 1)
        }
    }
}

private func makeUsers(_ served: ServedForTests) async throws {
    let auth = served.auth
    for (name, password) in [("root", "secret"), ("alice", "p\u{E4}ssw\u{F6}rt \u{FF}")] {
        _ = try await auth.userAdd(.with { ($0.name, $0.password) = (name, password) })
    }
    _ = try await auth.userAdd(
        .with {
            $0.name = "certified"
            $0.options.noPassword = true
        }
    )
    _ = try await auth.roleAdd(.with { $0.name = "reader" })
    _ = try await auth.roleGrantPermission(
        .with {
            $0.name = "reader"
            $0.perm = .with { ($0.key, $0.rangeEnd) = (Data("open/".utf8), Data("open0".utf8)) }
        }
    )
    for (name, role) in [("root", "root"), ("alice", "reader"), ("certified", "reader")] {
        _ = try await auth.userGrantRole(.with { ($0.user, $0.role) = (name, role) })
    }
    try await served.put("open/a", "1")
    try await served.put("closed/a", "1")
    _ = try await auth.authEnable(.init())
}

private func signIn<Transport>(
    _ name: String,
    _ password: String,
    _ client: GRPCClient<Transport>
) async throws -> Metadata {
    let auth = Etcdserverpb_Auth.Client(wrapping: client)
    let response = try await auth.authenticate(.with { ($0.name, $0.password) = (name, password) })
    return ["token": "\(response.token)"]
}

private func waitUntilHealthy(_ etcd: RealEtcd) async throws {
    let words = [
        "--endpoints", etcd.endpoint, "--user", "root:secret", "--dial-timeout", "5s", "endpoint", "health",
    ]
    try await eventually("etcd is healthy") { try await RealPrograms.etcdctl(.v35).run(words).exitCode == 0 }
}

private func enforces<Transport>(_ client: GRPCClient<Transport>) async throws {
    let kv = Etcdserverpb_KV.Client(wrapping: client)
    let auth = Etcdserverpb_Auth.Client(wrapping: client)
    let nameless = await #expect(throws: RPCError.self) { try await kv.range(.key("open/a")) }
    #expect(nameless?.message == "etcdserver: user name is empty")
    let alice = try await signIn("alice", "p\u{E4}ssw\u{F6}rt \u{FF}", client)
    #expect(try await kv.range(.key("open/a"), metadata: alice).count == 1)
    let denied = await #expect(throws: RPCError.self) {
        try await kv.range(.key("closed/a"), metadata: alice)
    }
    #expect(denied?.message == "etcdserver: permission denied")
    let root = try await signIn("root", "secret", client)
    #expect(try await kv.range(.key("closed/a"), metadata: root).count == 1)
    #expect(try await auth.userList(.init(), metadata: root).users == ["alice", "certified", "root"])
    #expect(try await auth.userGet(.with { $0.name = "certified" }, metadata: root).roles == ["reader"])
    let status = try await auth.authStatus(.init(), metadata: root)
    #expect(status.enabled && status.authRevision == 9)
}
