import Foundation
import NIOSSL
import SwiftASN1
import X509

/// Says in people's words why a chain that TLS has refused was refused.
///
/// TLS itself reports one failure for all causes. This looks for the cause; it decides nothing.
struct CertificateVerdict {
    /// As the server showed them, its own first.
    var shown: [Certificate]
    var authorities: [Certificate]
    var caFile: String?
    var now: Date

    var reason: EtcdClientError.Reason {
        guard let own = self.shown.first else { return .handshakeFailed("the server shows no certificate") }
        for certificate in self.shown {
            if self.now > certificate.notValidAfter {
                return .certificateExpired(
                    subject: certificate.subjectName,
                    day: day(certificate.notValidAfter)
                )
            }
            if self.now < certificate.notValidBefore {
                return .certificateNotYetValid(
                    subject: certificate.subjectName,
                    day: day(certificate.notValidBefore)
                )
            }
        }
        if let caFile, let signer = self.authorities.first(where: { $0.signed(self.shown) }) {
            guard self.now > signer.notValidAfter else {
                return .handshakeFailed("its certificate (\(own.subjectName)) may not be used for a server")
            }
            return .authorityExpired(
                subject: signer.subjectName,
                day: day(signer.notValidAfter),
                caFile: caFile
            )
        }
        return .unknownAuthority(issuer: self.shown.last?.issuerName ?? own.issuerName, caFile: self.caFile)
    }
}

extension Certificate {
    /// Whether this certificate's key signed one of `chain`.
    fileprivate func signed(_ chain: [Certificate]) -> Bool {
        chain.contains { $0.issuer == self.subject && self.publicKey.isValidSignature($0.signature, for: $0) }
    }
}

/// A date as 2026-11-22, in UTC.
private func day(_ date: Date) -> String {
    date.formatted(.iso8601.year().month().day())
}
