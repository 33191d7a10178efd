import Foundation
import SystemPackage
import TestSupport
import Testing

/// Users, roles and permissions as a lecture on etcd shows them: with real etcdctl, old and new.
@Suite(.timeLimit(.minutes(60)))
struct EtcdctlUsersTests {
    @Test(arguments: EtcdRelease.allCases)
    func turnsAuthenticationOnAndOff(_ release: EtcdRelease) async throws {
        let served = try await ServedEtcd()
        func run(_ words: String...) async throws -> ProgramResult {
            try await RealPrograms.etcdctl(release).run(
                ["--endpoints", served.endpoint] + words
            )
        }
        func succeed(_ words: String...) async throws -> String {
            let result = try await RealPrograms.etcdctl(release).succeed(
                ["--endpoints", served.endpoint] + words
            )
            return result.output
        }
        #expect(try await run("auth", "enable", "--user", "root:x").exitCode != 0)
        #expect(try await succeed("user", "add", "root:rootpw") == "User root created\n")
        #expect(try await succeed("user", "add", "alice:alicepw") == "User alice created\n")
        #expect(try await succeed("role", "add", "team") == "Role team created\n")
        let grant = try await succeed(
            "role",
            "grant-permission",
            "team",
            "--prefix=true",
            "readwrite",
            "team/"
        )
        #expect(grant == "Role team updated\n")
        _ = try await succeed("user", "grant-role", "root", "root")
        _ = try await succeed("user", "grant-role", "alice", "team")
        #expect(try await succeed("auth", "enable") == "Authentication Enabled\n")

        #expect(try await run("put", "team/a", "1").errors.contains("user name is empty"))
        #expect(try await succeed("--user", "alice:alicepw", "put", "team/a", "1") == "OK\n")
        #expect(try await run("--user", "alice:wrong", "get", "team/a").exitCode != 0)
        let denied = try await run("--user", "alice:alicepw", "put", "other", "1")
        #expect(denied.errors.contains("etcdserver: permission denied"))
        #expect(try await run("--user", "alice:alicepw", "user", "list").errors.contains("permission denied"))
        let role = try await succeed("--user", "alice:alicepw", "role", "get", "team")
        #expect(role.contains("[team/, team0) (prefix team/)"))
        #expect(try await succeed("--user", "root:rootpw", "user", "list") == "alice\nroot\n")
        #expect(try await run("--user", "root:rootpw", "user", "delete", "root").exitCode != 0)
        _ = try await succeed(
            "--user",
            "root:rootpw",
            "role",
            "revoke-permission",
            "team",
            "--prefix=true",
            "team/"
        )
        #expect(try await run("--user", "alice:alicepw", "get", "team/a").exitCode != 0)
        #expect(try await succeed("--user", "root:rootpw", "auth", "disable") == "Authentication Disabled\n")
        #expect(try await succeed("get", "team/a") == "team/a\n1\n")
        #expect(try await served.stop().exitCode == 0)
    }

    @Test func refusesChangesWhenReadOnly() async throws {
        let served = try await ServedEtcd(["--read-only"])
        let result = try await RealPrograms.etcdctl(.v35).run(
            ["--endpoints", served.endpoint, "user", "add", "alice:x"]
        )
        #expect(result.errors.contains("read-only"))
        #expect(try await served.stop().exitCode == 0)
    }

    /// The common name of a client's certificate is the user, unless a token says otherwise.
    @Test func takesTheUserFromTheCertificate() async throws {
        try await withTemporaryDirectory { directory in
            let made = try await Certificates.make(in: directory)
            let endpoint = "https://127.0.0.1:\(Ports.free())"
            let served = try await ServedEtcd([
                "--listen-client-urls", endpoint, "--cert-file", made.server.certificate.string,
                "--key-file", made.server.key.string, "--trusted-ca-file", made.authority.string,
                "--client-cert-auth",
            ])
            func run(_ words: [String]) async throws -> ProgramResult {
                try await RealPrograms.etcdctl(.v35).run(
                    [
                        "--endpoints", endpoint, "--cacert", made.authority.string,
                        "--cert", made.client.certificate.string, "--key", made.client.key.string,
                    ] + words
                )
            }
            for words in [
                ["user", "add", "root:rootpw"], ["user", "grant-role", "root", "root"],
                ["user", "add", "client", "--no-password"], ["role", "add", "own"],
                ["role", "grant-permission", "own", "readwrite", "own"],
                ["user", "grant-role", "client", "own"], ["auth", "enable"],
            ] {
                #expect(try await run(words).exitCode == 0, "\(words)")
            }
            #expect(try await run(["put", "own", "1"]).output == "OK\n")
            #expect(try await run(["put", "other", "1"]).errors.contains("permission denied"))
            #expect(try await run(["--user", "root:rootpw", "put", "other", "1"]).output == "OK\n")
            #expect(try await run(["user", "list"]).errors.contains("permission denied"))
            #expect(try await served.stop().exitCode == 0)
        }
    }
}
