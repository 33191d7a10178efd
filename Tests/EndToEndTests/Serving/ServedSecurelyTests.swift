import Foundation
import SystemPackage
import TestSupport
import Testing

/// TLS, client certificates and socket files, as etcdctl uses them.
@Suite(.timeLimit(.minutes(60)))
struct ServedSecurelyTests {
    @Test func asksForClientCertificatesAndReloadsItsOwn() async throws {
        try await withTemporaryDirectory { directory in
            let made = try await Certificates.make(in: directory)
            let certificate = directory.appending("current.crt")
            let key = directory.appending("current.key")
            func install(_ pair: CertificatePair) throws {
                for (from, to) in [(pair.certificate, certificate), (pair.key, key)] {
                    try Data(contentsOf: URL(fileURLWithPath: from.string))
                        .write(to: URL(fileURLWithPath: to.string), options: .atomic)
                }
            }
            try install(made.server)
            let endpoint = "https://127.0.0.1:\(Ports.free())"
            let served = try await ServedEtcd([
                "--listen-client-urls", endpoint, "--cert-file", certificate.string, "--key-file", key.string,
                "--trusted-ca-file", made.authority.string, "--client-cert-auth",
            ])
            func put(_ words: [String]) async throws -> ProgramResult {
                try await RealPrograms.etcdctl(.v35).run(
                    ["--endpoints", endpoint, "--cacert", made.authority.string] + words + ["put", "k", "v"]
                )
            }
            // A client that is not let in tries again until its time is over.
            func isLetIn(_ words: [String]) async throws -> Bool {
                try await put(words + ["--dial-timeout", "3s", "--command-timeout", "3s"]).exitCode == 0
            }
            let identity = ["--cert", made.client.certificate.string, "--key", made.client.key.string]
            #expect(try await put(identity).exitCode == 0)
            #expect(try await !isLetIn([]))
            try install(made.foreign)
            // The files are looked at when somebody connects.
            func connectUntilReloaded(times: Int) async throws {
                try await eventually("the certificates are reloaded") {
                    _ = try await isLetIn(identity)
                    return served.log.matches(of: /certificates reloaded/).count == times
                }
            }
            try await connectUntilReloaded(times: 1)
            #expect(try await !isLetIn(identity))
            try install(made.server)
            try await connectUntilReloaded(times: 2)
            #expect(try await put(identity).exitCode == 0)
            #expect(try await served.stop().exitCode == 0)
        }
    }

    @Test func listensOnASocketFileAndTakesItAway() async throws {
        try await withTemporaryDirectory { directory in
            let path = directory.appending("etcd.sock").string
            let served = try await ServedEtcd(["--listen-client-urls", "unix://\(path)"])
            let put = ["--endpoints", "unix://\(path)", "put", "k", "v"]
            _ = try await RealPrograms.etcdctl(.v35).succeed(put)
            #expect(try await served.stop().exitCode == 0)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func saysWhatIsWrongWithAPortInUse() async throws {
        let served = try await ServedEtcd()
        let second = try await RegistreeProgram.run("serve", "etcd", "--listen-client-urls", served.endpoint)
        #expect(second.exitCode == 1)
        #expect(second.errors.contains("\(served.endpoint) is in use by another program"))
    }
}
