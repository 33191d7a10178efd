import Foundation
import SystemPackage
import TestSupport
import Testing

/// etcd's own users: the right one may take a snapshot, everyone else is told why not.
struct TakeUserTests {
    @Test(arguments: EtcdRelease.allCases)
    func takesAsRootOnly(release: EtcdRelease) async throws {
        try await withUsers(release) { etcd, place in
            let endpoint = ["--endpoints", etcd.endpoint]
            let file = place.directory.removingLastComponent().appending("password").string
            try "rootword\n".write(toFile: file, atomically: true, encoding: .utf8)
            let ways: [([String], [String: String])] = [
                (["--user", "root:rootword"], [:]),
                (["--user", "root", "--password", "rootword"], [:]),
                (["--user", "root", "--password-file", file], [:]),
                (["--user", "root"], ["ETCDCTL_PASSWORD": "rootword"]),
                ([], ["ETCDCTL_USER": "root:rootword"]),
                ([], ["ETCDCTL_USER": "root", "ETCDCTL_PASSWORD": "rootword"]),
                (["--user", "root:rootword"], ["ETCDCTL_USER": "other", "ETCDCTL_PASSWORD": "otherword"]),
            ]
            for (arguments, environment) in ways {
                let result = try await place.take(
                    "taken.db",
                    endpoint + ["--force"] + arguments,
                    environment: environment
                )
                #expect(result.exitCode == 0, "\(arguments) \(environment): \(result.errors)")
            }
            try FileManager.default.removeItem(atPath: place.path("taken.db"))

            func expect(_ user: [String], _ words: String) async throws {
                expectFailure(try await place.take("taken.db", endpoint + user), 1, words)
            }
            try await expect(["--user", "root:wrong"], "does not know user root with this password")
            try await expect(["--user", "nobody:rootword"], "does not know user nobody with this password")
            try await expect(["--user", "reader:readerword"], "user reader has no right to do this")
            try await expect([], "give --user")
            #expect(try place.names == [])
        }
    }
}

private func withUsers(
    _ release: EtcdRelease,
    _ body: (RealEtcd, TakePlace) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        try await withRealEtcd(EtcdPlan(release, in: directory)) { etcd in
            try await etcd.etcdctl("user", "add", "root:rootword")
            try await etcd.etcdctl("user", "grant-role", "root", "root")
            try await etcd.etcdctl("user", "add", "reader:readerword")
            try await etcd.etcdctl("auth", "enable")
            try await withPlace { try await body(etcd, $0) }
        }
    }
}
