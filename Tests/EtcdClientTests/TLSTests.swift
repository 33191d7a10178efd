import SystemPackage
import TestSupport
import Testing

@testable import EtcdClient

/// What a connection says of real etcd members with good and bad certificates.
struct TLSTests {
    @Test func connectsByAddressAndByNameWithFullVerification() async throws {
        try await withTLSEtcd { etcd, certificates in
            let options = patient(caCertificateFile: certificates.authority.string)
            let port = etcd.port
            #expect(await failure(local(port, tls: true), options) == nil)
            #expect(await failure(local(port, tls: true, host: "localhost"), options) == nil)
        }
    }

    @Test func namesTheWrongAuthority() async throws {
        try await withTLSEtcd { etcd, certificates in
            let other = certificates.otherAuthority.string
            let reason = await failure(etcd.endpoints[0], patient(caCertificateFile: other))
            #expect(reason == .unknownAuthority(issuer: "CN=authority", caFile: other))
            let system = await failure(etcd.endpoints[0])
            #expect(system == .unknownAuthority(issuer: "CN=authority", caFile: nil))
            let skipping = await failure(
                etcd.endpoints[0],
                patient(insecureSkipTLSVerify: true)
            )
            #expect(skipping == nil)
        }
    }

    @Test func saysPlainHTTPToATLSPort() async throws {
        try await withTLSEtcd { etcd, _ in
            #expect(await failure(local(etcd.port)) == .serverSpeaksTLS)
        }
    }

    @Test func saysHTTPSToAPlainPort() async throws {
        for release in EtcdRelease.allCases {
            try await withEtcd(release) { etcd in
                #expect(await failure(local(etcd.port, tls: true)) == .serverSpeaksPlaintext)
            }
        }
    }

    @Test func saysWhenACertificateExpired() async throws {
        try await withTLSEtcd(serverPair: \.expired) { etcd, certificates in
            let options = patient(caCertificateFile: certificates.authority.string)
            guard
                case .certificateExpired(let subject, let day) = await failure(etcd.endpoints[0], options)
            else {
                Issue.record("not said to have expired")
                return
            }
            #expect(subject == "CN=expired")
            #expect(day.count == "2026-11-22".count)
            var timeless = options
            timeless.now = nil
            guard case .handshakeFailed(let why) = await failure(etcd.endpoints[0], timeless) else {
                Issue.record("its dates are judged without a clock")
                return
            }
            #expect(why.contains("CN=expired") && why.contains(day))
        }
    }

    @Test func saysFromWhenACertificateIsValid() async throws {
        try await withTLSEtcd(serverPair: \.server, more: \.future) { etcd, certificates in
            let options = patient(caCertificateFile: certificates.authority.string)
            let reason = await failure(etcd.endpoints[0], options)
            #expect(reason == .certificateNotYetValid(subject: "CN=future", day: "2090-04-05"))
        }
    }

    @Test func saysWhatAWrongCertificateIsFor() async throws {
        try await withTLSEtcd(serverPair: \.wrongHost) { etcd, certificates in
            let options = patient(caCertificateFile: certificates.authority.string)
            let byAddress = await failure(etcd.endpoints[0], options)
            #expect(byAddress == .wrongHostName(expected: "127.0.0.1", names: ["elsewhere.example"]))
            let byName = await failure(local(etcd.port, tls: true, host: "localhost"), options)
            #expect(byName == .wrongHostName(expected: "localhost", names: ["elsewhere.example"]))
        }
    }

    @Test func asksForTheClientCertificateThatTheServerWants() async throws {
        try await withTLSEtcd(clientTLS: .mutual) { etcd, certificates in
            var options = patient(caCertificateFile: certificates.authority.string)
            #expect(await failure(etcd.endpoints[0], options) == .clientCertificateRequired)
            options.certificateFile = certificates.foreign.certificate.string
            options.keyFile = certificates.foreign.key.string
            guard case .clientCertificateRefused = await failure(etcd.endpoints[0], options) else {
                Issue.record("a stranger's certificate is not said to be refused")
                return
            }
            options.certificateFile = certificates.client.certificate.string
            options.keyFile = certificates.client.key.string
            #expect(await failure(etcd.endpoints[0], options) == nil)
        }
    }

    @Test func isTheUserThatItsCertificateNames() async throws {
        try await withTLSEtcd(clientTLS: .mutual) { etcd, certificates in
            try await etcd.etcdctl("user", "add", "root:secret")
            try await etcd.etcdctl("user", "grant-role", "root", "root")
            try await withTemporaryDirectory { directory in
                let root = try await MoreCertificates.make(beside: certificates, in: directory).root
                try await etcd.etcdctl("auth", "enable")
                var options = patient(caCertificateFile: certificates.authority.string)
                options.certificateFile = root.certificate.string
                options.keyFile = root.key.string
                let revision = try await EtcdClient.withClient(to: etcd.endpoints[0], options: options) {
                    try await $0.put(bytes("a"), bytes("b"))
                }
                #expect(revision == 2)
            }
        }
    }
}

extension RealEtcd {
    var port: Int {
        guard case .tcp(_, let port) = self.endpoints[0].address else { return 0 }
        return port
    }
}

/// Runs `body` with a real etcd that speaks TLS to its clients.
private func withTLSEtcd(
    serverPair: KeyPath<Certificates, CertificatePair> = \.server,
    more: KeyPath<MoreCertificates, CertificatePair>? = nil,
    clientTLS: EtcdPlan.ClientTLS = .server,
    body: (RealEtcd, Certificates) async throws -> Void
) async throws {
    try await withTemporaryDirectory { directory in
        let certificates = try await Certificates.make(in: directory)
        var plan = EtcdPlan(.v35, in: directory, certificates: certificates, clientTLS: clientTLS)
        plan.serverPair = certificates[keyPath: serverPair]
        if let more {
            plan.serverPair = try await MoreCertificates.make(beside: certificates, in: directory)[
                keyPath: more
            ]
        }
        plan.waitsForHealth = more == nil && serverPair == \.server
        try await withRealEtcd(plan) { etcd in
            try await waitUntilItListens(etcd)
            try await body(etcd, certificates)
        }
    }
}

private func waitUntilItListens(_ etcd: RealEtcd) async throws {
    try await eventually("etcd listens") { await failure(etcd.endpoints[0]) != .connectionRefused }
}
