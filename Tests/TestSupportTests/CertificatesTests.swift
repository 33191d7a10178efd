import SystemPackage
import TestSupport
import Testing

/// Each bad certificate is bad in its own way only, as openssl sees it.
struct CertificatesTests {
    @Test func areGoodAndBadAsNamed() async throws {
        try await withTemporaryDirectory { directory in
            let made = try await Certificates.make(in: directory)
            func verdict(_ pair: CertificatePair) async throws -> String {
                let result = try await RealPrograms.named("openssl").run([
                    "verify", "-CAfile", made.authority.string, "-verify_ip", "127.0.0.1",
                    pair.certificate.string,
                ])
                return result.output + result.errors
            }
            #expect(try await verdict(made.server).hasSuffix("OK\n"))
            #expect(try await verdict(made.client).hasSuffix("OK\n"))
            #expect(try await verdict(made.expired).contains("certificate has expired"))
            #expect(try await verdict(made.wrongHost).contains("IP address mismatch"))
            #expect(try await verdict(made.foreign).contains("unable to get local issuer certificate"))
        }
    }
}
