import EtcdMessages
import EtcdRPC
import EtcdServer
import EtcdStorage
import EtcdStore
import Foundation
import GRPCCore
import StoreTestSupport
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(60)))
struct AuthTests {
    private func withUsers(_ body: @escaping @Sendable (ServedForTests) async throws -> Void) async throws {
        let path = Repository.fixture("plain-etcd/auth-and-leases.db").string
        let database = try EtcdDatabase(path: path)
        let store = try Store(source: database, identity: .alone, now: StoreServer.now)
        try await withServed(store, body)
    }

    @Test func enforcesWhatTheRolesAllow() async throws {
        try await self.withUsers { served in
            let alice = try await token(of: "alice", "alicepw", served)
            #expect(try await served.kv.range(.key("plain/a"), metadata: alice).count == 1)
            await #expect(throws: RPCError.self) {
                try await served.kv.range(.key("bin/value"), metadata: alice)
            }
            await #expect(throws: RPCError.self) {
                try await served.kv.put(.putting("plain/a", Data()), metadata: alice)
            }
            var beyond = Etcdserverpb_RangeRequest.key("plain/")
            beyond.rangeEnd = Data("plain1".utf8)
            await #expect(throws: RPCError.self) { try await served.kv.range(beyond, metadata: alice) }
            beyond.rangeEnd = Data("plain0".utf8)
            #expect(try await served.kv.range(beyond, metadata: alice).count > 0)
            let root = try await token(of: "root", "rootpw", served)
            var all = Etcdserverpb_RangeRequest.key("\0")
            all.rangeEnd = Data([0])
            #expect(try await served.kv.range(all, metadata: root).count == 19)
        }
    }

    @Test func asksForATokenAndKnowsAWrongOne() async throws {
        try await self.withUsers { served in
            let nameless = await #expect(throws: RPCError.self) {
                try await served.kv.range(.key("plain/a"))
            }
            #expect(nameless?.code == .invalidArgument)
            #expect(nameless?.message == "etcdserver: user name is empty")
            let unknown = await #expect(throws: RPCError.self) {
                try await served.kv.range(.key("plain/a"), metadata: ["token": "nonsense"])
            }
            #expect(unknown?.code == .unauthenticated)
            #expect(unknown?.message == "etcdserver: invalid auth token")
            for (name, password) in [("alice", "wrong"), ("nobody", "x")] {
                let error = await #expect(throws: RPCError.self) {
                    _ = try await token(of: name, password, served)
                }
                #expect(
                    error?.message
                        == "etcdserver: authentication failed, invalid user ID or password"
                )
            }
            let passwordless = await #expect(throws: RPCError.self) {
                _ = try await token(of: "nopw", "", served)
            }
            #expect(
                passwordless?.message
                    == "auth: authentication failed, password was given for no password user"
            )
        }
    }
}

private func token(of name: String, _ password: String, _ served: ServedForTests) async throws -> Metadata {
    var request = Etcdserverpb_AuthenticateRequest()
    request.name = name
    request.password = password
    return ["token": "\(try await served.auth.authenticate(request).token)"]
}
