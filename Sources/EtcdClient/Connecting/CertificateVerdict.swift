import FoundationEssentials
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
    /// nil: nobody says what time it is.
    var now: Date?

    var reason: EtcdClientError.Reason {
        guard let own = self.shown.first else { return .handshakeFailed("the server shows no certificate") }
        if let now, let dated = self.shown.lazy.compactMap({ self.aboutDates(of: $0, now) }).first {
            return dated
        }
        guard let caFile, let signer = self.authorities.first(where: { $0.signed(self.shown) }) else {
            return .unknownAuthority(
                issuer: self.shown.last?.issuerName ?? own.issuerName,
                caFile: self.caFile
            )
        }
        if let now, now > signer.notValidAfter {
            return .authorityExpired(
                subject: signer.subjectName,
                day: day(signer.notValidAfter),
                caFile: caFile
            )
        }
        let dates = "from \(day(own.notValidBefore)) to \(day(own.notValidAfter))"
        return .handshakeFailed(
            "the server's certificate (\(own.subjectName)), valid \(dates), is not accepted"
        )
    }

    private func aboutDates(of certificate: Certificate, _ now: Date) -> EtcdClientError.Reason? {
        let subject = certificate.subjectName
        if now > certificate.notValidAfter {
            return .certificateExpired(subject: subject, day: day(certificate.notValidAfter))
        }
        guard now < certificate.notValidBefore else { return nil }
        return .certificateNotYetValid(subject: subject, day: day(certificate.notValidBefore))
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
