import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// Certificates for one conversation on this machine: an authority, a server and its only client.
///
/// The authority's key is forgotten once both are signed.
struct ThrowAwayCertificates {
    /// A certificate and its private key, PEM.
    struct Pair {
        var certificate: String
        var privateKey: String
    }

    /// The authority's certificate, PEM.
    let authority: String
    /// For 127.0.0.1.
    let server: Pair
    /// For an administrator of a Kubernetes cluster, by the group `system:masters`.
    let client: Pair
    /// For signing the tokens of service accounts, PEM.
    let tokenKey: (privateKey: String, publicKey: String)

    /// - Parameter date: The time now; they are good for a day.
    /// - Throws: What the library for certificates throws.
    init(at date: Date) throws {
        let name = try DistinguishedName { CommonName("registree rehearsal") }
        let key = P256.Signing.PrivateKey()
        let signer = Signer(name: name, key: Certificate.PrivateKey(key), date: date)
        self.authority = try signer.certificate(
            for: key.publicKey,
            subject: name,
            Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
            }
        )
        self.server = try signer.pair(
            DistinguishedName { CommonName("kube-apiserver") },
            Certificate.Extensions {
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))])
            }
        )
        self.client = try signer.pair(
            DistinguishedName {
                OrganizationName("system:masters")
                CommonName("registree")
            },
            Certificate.Extensions { try ExtendedKeyUsage([.clientAuth]) }
        )
        let tokenKey = P256.Signing.PrivateKey()
        self.tokenKey = (tokenKey.pemRepresentation, tokenKey.publicKey.pemRepresentation)
    }
}

/// Who signs, and when.
private struct Signer {
    var name: DistinguishedName
    var key: Certificate.PrivateKey
    var date: Date

    func pair(_ subject: DistinguishedName, _ extensions: Certificate.Extensions) throws
        -> ThrowAwayCertificates.Pair
    {
        let key = P256.Signing.PrivateKey()
        let certificate = try self.certificate(for: key.publicKey, subject: subject, extensions)
        return ThrowAwayCertificates.Pair(certificate: certificate, privateKey: key.pemRepresentation)
    }

    /// A certificate, PEM.
    func certificate(
        for publicKey: P256.Signing.PublicKey,
        subject: DistinguishedName,
        _ extensions: Certificate.Extensions
    ) throws -> String {
        let certificate = try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(),
            publicKey: Certificate.PublicKey(publicKey),
            notValidBefore: self.date - 3600,
            notValidAfter: self.date + 86400,
            issuer: self.name,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: extensions,
            issuerPrivateKey: self.key
        )
        return try certificate.serializeAsPEM().pemString
    }
}
