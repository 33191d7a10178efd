import Foundation
import SystemPackage
import TestSupport
import Testing

/// etcdctl's flags and variables reach etcd as etcdctl does; what is wrong with them is said.
struct TakeConnectionTests {
    @Test(arguments: EtcdRelease.allCases)
    func connectsWithCertificatesOnBothSides(release: EtcdRelease) async throws {
        try await withTLS(release) { etcd, certificates, place in
            let client = [
                "--cert", certificates.client.certificate.string, "--key", certificates.client.key.string,
            ]
            let right = ["--endpoints", etcd.endpoint, "--cacert", certificates.authority.string]
            let result = try await place.take("taken.db", right + client)
            #expect(result.exitCode == 0, "\(result.errors)")
            #expect(result.errors == "")

            let byVariables = try await place.take(
                "variables.db",
                [],
                environment: [
                    "ETCDCTL_API": "3", "ETCDCTL_ENDPOINTS": etcd.endpoint,
                    "ETCDCTL_CACERT": certificates.authority.string,
                    "ETCDCTL_CERT": certificates.client.certificate.string,
                    "ETCDCTL_KEY": certificates.client.key.string,
                    "ETCDCTL_DIAL_TIMEOUT": "50s", "ETCDCTL_COMMAND_TIMEOUT": "50s",
                ]
            )
            #expect(byVariables.exitCode == 0, "\(byVariables.errors)")
            #expect(try place.contents("taken.db") == place.contents("variables.db"))

            let flagWins = try await place.take(
                "flag.db",
                right + client,
                environment: [
                    "ETCDCTL_CACERT": certificates.otherAuthority.string, "ETCDCTL_ENDPOINTS": "nowhere:1",
                ]
            )
            #expect(flagWins.exitCode == 0, "\(flagWins.errors)")
        }
    }

    @Test func saysWhatIsWrongWithTheCertificates() async throws {
        try await withTLS(.v35) { etcd, certificates, place in
            let endpoint = ["--endpoints", etcd.endpoint]
            let authority = ["--cacert", certificates.authority.string]
            let pair = [
                "--cert", certificates.client.certificate.string, "--key", certificates.client.key.string,
            ]
            func expect(_ arguments: [String], _ code: Int32, _ words: String) async throws {
                expectFailure(try await place.take("taken.db", arguments), code, words)
            }
            try await expect(
                endpoint + pair + ["--cacert", certificates.otherAuthority.string],
                2,
                "signed by a CA other than --cacert"
            )
            try await expect(endpoint + pair, 2, "that this system does not trust")
            try await expect(endpoint + authority, 2, "asks for a client certificate")
            let foreign = [
                "--cert", certificates.foreign.certificate.string, "--key", certificates.foreign.key.string,
            ]
            try await expect(endpoint + authority + foreign, 2, "refused the client certificate")
            try await expect(endpoint + authority + pair.prefix(2), 3, "--key is missing")
            try await expect(
                endpoint + authority + pair.prefix(3) + [certificates.server.key.string],
                3,
                "is not the private key of"
            )
            try await expect(
                endpoint + pair + ["--cacert", "/missing"],
                3,
                "--cacert /missing: no such file"
            )
            let plain = etcd.endpoint.replacing("https:", with: "http:")
            try await expect(["--endpoints", plain] + authority + pair, 2, "expects TLS there")
            #expect(try place.names == [])
        }
    }

    @Test(arguments: [true, false])
    func refusesAServerWithTheWrongCertificate(isExpired: Bool) async throws {
        try await withTemporaryDirectory { directory in
            let certificates = try await Certificates.make(in: directory)
            var plan = EtcdPlan(.v35, in: directory, certificates: certificates, clientTLS: .server)
            plan.serverPair = isExpired ? certificates.expired : certificates.wrongHost
            plan.waitsForHealth = false
            try await withRealEtcd(plan) { etcd in
                try await withPlace { place in
                    let arguments = ["--endpoints", etcd.endpoint, "--cacert", certificates.authority.string]
                    try await untilListening(etcd)
                    let result = try await place.take("taken.db", arguments)
                    expectFailure(
                        result,
                        2,
                        isExpired ? "expired on" : "is not for 127.0.0.1 but for elsewhere"
                    )
                    #expect(try place.names == [])
                    let insecure = arguments + ["--insecure-skip-tls-verify"]
                    #expect(try await place.take("taken.db", insecure).exitCode == 0)
                }
            }
        }
    }

    @Test func saysThatAPlainServerSpeaksNoTLS() async throws {
        try await withFilledEtcd { etcd, place in
            let secure = etcd.endpoint.replacing("http:", with: "https:")
            expectFailure(try await place.take("taken.db", ["--endpoints", secure]), 2, "speaks plain http")
        }
    }

    @Test func saysThatNobodyIsThere() async throws {
        try await withPlace { place in
            let port = Ports.free()
            expectFailure(
                try await place.take("taken.db", ["--endpoints", "127.0.0.1:\(port)"]),
                2,
                "connection refused"
            )
            expectFailure(
                try await place.take("taken.db", ["--endpoints", "etcd.invalid:2379"]),
                2,
                "cannot be resolved"
            )
            #expect(try place.names == [])
        }
    }

    @Test(arguments: [
        (["--endpoints", "ftp://127.0.0.1:1"], "scheme other than"),
        (["--endpoints", "127.0.0.1:0"], "port from 1 to 65535"),
        (["--endpoints", "10.0.0.1:1", "--user", "root:secret"], "plain http to another machine"),
        (["--dial-timeout", "2"], "--dial-timeout"),
        (["--dial-timeout", "-2s"], "--dial-timeout"),
        (["--progress-timeout", "soon"], "--progress-timeout"),
        (["--user", "root"], "no password is given"),
        (["--password", "secret"], "give --user"),
        (["--user", "root", "--password-file", "/missing"], "/missing: no such file"),
        (["--name", "a/b"], "--name"),
    ])
    func refusesWhatItCannotUnderstand(arguments: [String], words: String) async throws {
        try await withPlace { place in
            let result = try await place.take("taken.db", arguments)
            expectFailure(result, 3, words)
            #expect(!result.errors.contains("secret"), "a password is shown")
            #expect(try place.names == [])
        }
    }
}

/// Runs `body` with an etcd that wants certificates from its clients.
private func withTLS(
    _ release: EtcdRelease,
    _ body: (RealEtcd, Certificates, TakePlace) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let certificates = try await Certificates.make(in: directory)
        let plan = EtcdPlan(release, in: directory, certificates: certificates, clientTLS: .mutual)
        try await withRealEtcd(plan) { etcd in
            try await etcd.etcdctl("put", "/registry/key", "value")
            try await withPlace { try await body(etcd, certificates, $0) }
        }
    }
}

/// Waits until an etcd that cannot be asked for its health takes connections.
private func untilListening(_ etcd: RealEtcd) async throws {
    let port = etcd.endpoint.split(separator: ":").last.map(String.init) ?? ""
    try await eventually("etcd listens") {
        let probe = try await RealPrograms.named("bash").run(["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)"])
        return probe.exitCode == 0
    }
}
