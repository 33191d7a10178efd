import EtcdStorage
import TestSupport
import Testing

@testable import EtcdClient

struct AuthenticationTests {
    @Test(arguments: EtcdRelease.allCases)
    func tellsUsersApart(on release: EtcdRelease) async throws {
        try await withEtcd(release) { etcd in
            let root = patient(credentials: .init(user: "root", password: "secret"))
            try await etcd.withClient(root) { client in
                try await client.put(bytes("before"), bytes("auth is on"))
            }
            try await turnAuthenticationOn(etcd)
            try await etcd.withClient(root) { client in
                try await client.put(bytes("public/a"), bytes("1"))
                let received = try await client.snapshot { stream in try await drain(&stream) }
                #expect(received > 0)
            }
            let reader = patient(credentials: .init(user: "reader", password: "pw"))
            try await etcd.withClient(reader) { client in
                let readable = try await client.range(RangeQuery(.key(bytes("public/a"))))
                #expect(readable.keyValues.count == 1)
                let reasons = [
                    await failure { _ = try await client.range(RangeQuery(.key(bytes("before")))) },
                    await failure { try await client.put(bytes("public/a"), bytes("2")) },
                    await failure { _ = try await client.snapshot { stream in try await drain(&stream) } },
                ]
                #expect(
                    reasons == [
                        .permissionDenied(user: "reader"), .permissionDenied(user: "reader"),
                        .permissionDenied(user: "reader"),
                    ]
                )
            }
            try await etcd.withClient { client in
                #expect(await failure { _ = try await client.range(RangeQuery(.all)) } == .userNeeded)
                let reason = await failure { _ = try await client.snapshot { try await drain(&$0) } }
                #expect(reason == .userNeeded)
            }
            for (user, password) in [("root", "wrong"), ("nobody", "secret")] {
                let options = patient(credentials: .init(user: user, password: password))
                #expect(await failure(etcd.endpoints[0], options) == .wrongPassword(user: user))
            }
        }
    }

    @Test func renewsATokenThatHasRunOut() async throws {
        try await withEtcd(.v35, "--auth-token-ttl", "1") { etcd in
            try await turnAuthenticationOn(etcd)
            let root = patient(credentials: .init(user: "root", password: "secret"))
            try await etcd.withClient(root) { client in
                _ = try await client.put(bytes("a"), bytes("1"))
                try await Task.sleep(for: .seconds(4))
                let revision = try await client.put(bytes("a"), bytes("2"))
                #expect(revision == 3)
            }
        }
    }
}

private func turnAuthenticationOn(_ etcd: RealEtcd) async throws {
    try await etcd.etcdctl("user", "add", "root:secret")
    try await etcd.etcdctl("user", "add", "reader:pw")
    try await etcd.etcdctl("role", "add", "reading")
    try await etcd.etcdctl("role", "grant-permission", "reading", "read", "public/", "--prefix=true")
    try await etcd.etcdctl("user", "grant-role", "reader", "reading")
    if etcd.plan.release == .v34 { try await etcd.etcdctl("role", "add", "root") }
    try await etcd.etcdctl("user", "grant-role", "root", "root")
    try await etcd.etcdctl("auth", "enable")
}

/// Reads a snapshot to its end and says how many bytes it had.
func drain(_ stream: inout SnapshotStream) async throws -> UInt64 {
    while try await stream.next() != nil {}
    return stream.received
}
