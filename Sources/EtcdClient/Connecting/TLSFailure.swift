/// What BoringSSL reports of a failed handshake, as far as it tells the causes apart.
///
/// NIOSSL keeps the error's number to itself, so the names in its text are what there is to go by; they are
/// constants of BoringSSL's `ssl.h` (`SSL_R_…`) and `x509.h`.
enum TLSFailure {
    case chainNotTrusted
    case wrongName
    case clientCertificateMissing
    case clientCertificateRefused(String)
    case oldVersion
    case noHTTP2
    case other(String)

    init(_ error: any Error) {
        let text = String(describing: error)
        let name =
            text.split(separator: "OPENSSL_internal:").dropFirst().first?.prefix { !$0.isWhitespace } ?? ""
        self =
            switch name {
            case _ where text.contains("failedToValidateHostname"): .wrongName
            case "CERTIFICATE_VERIFY_FAILED": .chainNotTrusted
            case "TLSV1_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_NO_CERTIFICATE": .clientCertificateMissing
            case "SSLV3_ALERT_BAD_CERTIFICATE":
                .clientCertificateRefused("bad certificate, perhaps of a CA that the server does not know")
            case "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": .clientCertificateRefused("its kind is not supported")
            case "SSLV3_ALERT_CERTIFICATE_REVOKED": .clientCertificateRefused("it is revoked")
            case "SSLV3_ALERT_CERTIFICATE_EXPIRED": .clientCertificateRefused("it has expired")
            case "SSLV3_ALERT_CERTIFICATE_UNKNOWN": .clientCertificateRefused("it is not accepted")
            case "TLSV1_ALERT_UNKNOWN_CA":
                .clientCertificateRefused("the server does not know the CA that signed it")
            case "TLSV1_ALERT_ACCESS_DENIED": .clientCertificateRefused("its owner has no access")
            case "TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL": .oldVersion
            case "TLSV1_ALERT_NO_APPLICATION_PROTOCOL": .noHTTP2
            default: .other(String(name))
            }
    }
}
