import Foundation
import SystemPackage
import TestSupport

/// Certificates beyond those that all tests share, signed by the same authority.
struct MoreCertificates {
    /// Right names, but valid only from the year 2090.
    let future: CertificatePair
    /// For a client whose common name is `root`, as etcd's users by certificate want it.
    let root: CertificatePair
    /// The client's key behind a passphrase.
    let encryptedKey: FilePath

    static func make(beside shared: Certificates, in directory: FilePath) async throws -> MoreCertificates {
        let authority = Authority(shared: shared, directory: directory)
        try authority.prepare()
        let encrypted = directory.appending("encrypted.key")
        _ = try await RealPrograms.named("openssl").succeed([
            "pkey", "-in", shared.client.key.string, "-aes256", "-passout", "pass:x", "-out",
            encrypted.string,
        ])
        return MoreCertificates(
            future: try await authority.sign("future", from: "20900405000000Z"),
            root: try await authority.sign("root", from: "20200101000000Z"),
            encryptedKey: encrypted
        )
    }
}

/// Signs with dates, which only `openssl ca` can.
private struct Authority {
    var shared: Certificates
    var directory: FilePath

    func prepare() throws {
        let key = self.shared.authority.string.replacing(".crt", with: ".key")
        try self.write("", to: "index.txt")
        try self.write(
            """
            [ca]
            default_ca = a
            [a]
            database = \(self.path("index.txt"))
            new_certs_dir = \(self.directory)
            certificate = \(self.shared.authority)
            private_key = \(key)
            default_md = sha256
            rand_serial = yes
            policy = p
            [p]
            commonName = supplied
            """,
            to: "ca.cnf"
        )
        try self.write(
            "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n",
            to: "extensions"
        )
    }

    func sign(_ name: String, from start: String) async throws -> CertificatePair {
        let openssl = try RealPrograms.named("openssl")
        var pair = self.shared.client
        pair.certificate = self.directory.appending("\(name).crt")
        pair.key = self.directory.appending("\(name).key")
        _ = try await openssl.succeed([
            "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", pair.key.string, "-out", self.path("\(name).csr"), "-subj", "/CN=\(name)",
        ])
        _ = try await openssl.succeed([
            "ca", "-batch", "-notext", "-config", self.path("ca.cnf"), "-in", self.path("\(name).csr"),
            "-out", pair.certificate.string, "-startdate", start, "-enddate", "20950101000000Z",
            "-extfile", self.path("extensions"),
        ])
        return pair
    }

    private func path(_ name: String) -> String { self.directory.appending(name).string }

    private func write(_ text: String, to name: String) throws {
        try text.write(toFile: self.path(name), atomically: false, encoding: .utf8)
    }
}
