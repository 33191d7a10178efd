import FoundationEssentials
import NIOSSL
import SwiftASN1
import Synchronization
import X509

/// The certificates that a server showed in a handshake, its own first.
final class ShownCertificates: Sendable {
    private let chain = Mutex<[Certificate]>([])

    func note(_ certificates: [NIOSSLCertificate]) {
        let parsed = certificates.compactMap { try? Certificate(derEncoded: $0.toDERBytes()) }
        self.chain.withLock { $0 = parsed }
    }

    var all: [Certificate] { self.chain.withLock { $0 } }
}

extension Certificate {
    /// The subject as people know it: its common name, or else all of it, or else its first other name.
    var subjectName: String { readableName(self.subject) ?? self.alternativeNames.first ?? "no name" }

    var issuerName: String { readableName(self.issuer) ?? "no name" }

    /// The DNS names and IP addresses that the certificate is for.
    var alternativeNames: [String] {
        guard let names = try? self.extensions.subjectAlternativeNames else { return [] }
        return names.compactMap { name in
            switch name {
            case .dnsName(let name): printable(name)
            case .ipAddress(let address): readableAddress(Array(address.bytes))
            default: nil
            }
        }
    }
}

private func readableName(_ name: DistinguishedName) -> String? {
    let text = printable(name.description)
    return text.isEmpty ? nil : text
}

private func readableAddress(_ bytes: [UInt8]) -> String? {
    switch bytes.count {
    case 4: bytes.map { String($0) }.joined(separator: ".")
    case 16:
        stride(from: 0, to: 16, by: 2)
            .map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }
            .joined(separator: ":")
    default: nil
    }
}

/// A stranger's text as it may be shown: printable ASCII, at most 200 characters.
func printable(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(200).map {
        $0.value >= 0x20 && $0.value < 0x7F ? Character($0) : "?"
    }
    return String(shown)
}
