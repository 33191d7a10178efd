import Foundation
public import SystemPackage

/// A certificate and its private key, both PEM files.
public struct CertificatePair: Sendable {
    public var certificate: FilePath
    public var key: FilePath
}

/// Throw-away certificates, made by openssl in a temporary directory and valid for two days.
public struct Certificates: Sendable {
    /// The authority that signed all the pairs but `foreign`.
    public let authority: FilePath
    /// An authority that signed none of them.
    public let otherAuthority: FilePath
    /// For 127.0.0.1, ::1 and localhost; as server and as client, so members can use it between themselves.
    public let server: CertificatePair
    /// A client's; its common name is `client`.
    public let client: CertificatePair
    /// Right names, but past its end since yesterday.
    public let expired: CertificatePair
    /// For `elsewhere.example` only.
    public let wrongHost: CertificatePair
    /// Right names, but signed by `otherAuthority`.
    public let foreign: CertificatePair

    /// Makes them all in `directory`, which must exist.
    public static func make(in directory: FilePath) async throws -> Certificates {
        let authority = try await Authority.make("authority", in: directory)
        let other = try await Authority.make("other-authority", in: directory)
        let here = "IP:127.0.0.1,IP:::1,DNS:localhost"
        return Certificates(
            authority: authority.pair.certificate,
            otherAuthority: other.pair.certificate,
            server: try await authority.sign("server", for: here),
            client: try await authority.sign("client", for: here),
            expired: try await authority.sign("expired", for: here, days: -1),
            wrongHost: try await authority.sign("wrong-host", for: "DNS:elsewhere.example"),
            foreign: try await other.sign("foreign", for: here)
        )
    }
}

/// A certificate authority that lives as long as its directory.
private struct Authority {
    let pair: CertificatePair
    let directory: FilePath

    private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    static func make(_ name: String, in directory: FilePath) async throws -> Authority {
        let pair = CertificatePair(
            certificate: directory.appending("\(name).crt"),
            key: directory.appending("\(name).key")
        )
        _ = try await RealPrograms.named("openssl").succeed(
            ["req", "-x509", "-days", "2", "-subj", "/CN=\(name)"] + self.newKey
                + ["-keyout", pair.key.string, "-out", pair.certificate.string]
        )
        return Authority(pair: pair, directory: directory)
    }

    /// Signs a new key for `names`, an openssl `subjectAltName`; negative days lie in the past.
    func sign(_ name: String, for names: String, days: Int = 2) async throws -> CertificatePair {
        let openssl = try RealPrograms.named("openssl")
        let pair = CertificatePair(
            certificate: self.directory.appending("\(name).crt"),
            key: self.directory.appending("\(name).key")
        )
        let request = self.directory.appending("\(name).csr").string
        let extensions = self.directory.appending("\(name).extensions")
        try """
        subjectAltName=\(names)
        extendedKeyUsage=serverAuth,clientAuth
        """.write(toFile: extensions.string, atomically: false, encoding: .utf8)
        _ = try await openssl.succeed(
            ["req", "-new", "-subj", "/CN=\(name)"] + Self.newKey + [
                "-keyout", pair.key.string, "-out", request,
            ]
        )
        _ = try await openssl.succeed([
            "x509", "-req", "-in", request, "-days", "\(days)", "-extfile", extensions.string,
            "-CA", self.pair.certificate.string, "-CAkey", self.pair.key.string, "-CAcreateserial",
            "-out", pair.certificate.string,
        ])
        return pair
    }
}
