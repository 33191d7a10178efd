import KubernetesCodec
import Testing

@testable import ClusterChecks

/// Dates of certificates, as `openssl x509 -dates` tells them.
struct CertificateDatesTests {
    @Test(arguments: [
        (MadeCertificates.expired, "2024-01-01T00:00:00Z", "2025-01-02T03:04:05Z"),
        (MadeCertificates.expiring, "2026-01-01T00:00:00Z", "2026-12-20T00:00:00Z"),
        (MadeCertificates.lasting, "2026-01-01T00:00:00Z", "2060-01-01T00:00:00Z"),
        (MadeCertificates.ofVersion3, "2026-11-29T16:51:32Z", "2081-09-01T16:51:32Z"),
    ])
    func readsBothDates(pem: String, notBefore: String, notAfter: String) throws {
        let found = CertificateDates.all(inPEM: Array(pem.utf8))
        let dates = try #require(found.first ?? nil)
        #expect(found.count == 1)
        #expect(rfc3339Text(seconds: dates.notBefore) == notBefore)
        #expect(rfc3339Text(seconds: dates.notAfter) == notAfter)
    }

    @Test func readsEveryCertificateOfAChain() {
        let chain = "leaf\n" + MadeCertificates.expired + "ca\n" + MadeCertificates.lasting
        #expect(CertificateDates.all(inPEM: Array(chain.utf8)).count == 2)
        #expect(CertificateDates.all(inPEM: Array("no certificate".utf8)).isEmpty)
        #expect(CertificateDates.all(inPEM: Array("-----BEGIN CERTIFICATE-----".utf8)) == [nil])
        let many = String(repeating: "-----BEGIN CERTIFICATE----------END CERTIFICATE-----", count: 1000)
        #expect(CertificateDates.all(inPEM: Array(many.utf8)).count == 64)
    }

    /// Cut at every byte, and with every byte changed, it is read or not, and nothing else happens.
    @Test func survivesDamage() throws {
        let lines = MadeCertificates.ofVersion3.split(separator: "\n").dropFirst().dropLast()
        let bytes = try #require(Base64.decode(lines.joined().utf8))
        #expect(CertificateDates(bytes) != nil)
        for count in bytes.indices { #expect(CertificateDates(Array(bytes[..<count])) == nil) }
        for index in bytes.indices {
            for value in [0, 0x30, 0x7F, 0x80, 0x84, 0x88, 0xFF] as [UInt8] {
                var damaged = bytes
                damaged[index] = value
                _ = CertificateDates(damaged)
            }
        }
    }
}
