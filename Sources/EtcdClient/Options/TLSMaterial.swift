import Files
import NIOCore
import NIOSSL

/// What is read from the files of --cacert, --cert and --key, checked as far as files alone allow.
struct TLSMaterial {
    /// No TLS file is larger; a bundle of all public CAs has a fifth of it.
    static let largestFile = 1 << 20

    /// The CAs of --cacert; nil: those of the system.
    var authorities: [NIOSSLCertificate]?
    /// The client's certificate first, and its key.
    var identity: (chain: [NIOSSLCertificate], key: NIOSSLPrivateKey)?
    var verifies: Bool
    /// What ``configuration`` says, ready for connections.
    let context: NIOSSLContext

    /// - Throws: `.fileUnusable`, `.notPEM`, `.keyEncrypted`, `.keyDoesNotMatch` or `.incompletePair`.
    init(_ options: ConnectionOptions) throws(EtcdClientError) {
        self.verifies = !options.insecureSkipTLSVerify
        let authorityFile = options.caCertificateFile.map { TLSFile(.authority, path: $0) }
        self.authorities = if let authorityFile { try certificates(in: authorityFile) } else { nil }
        let pair = try pair(options)
        self.identity =
            if let pair {
                (chain: try certificates(in: pair.certificate), key: try privateKey(in: pair.key))
            } else {
                nil
            }
        let configuration = configuration(authorities, identity, verifies: verifies)
        do {
            self.context = try NIOSSLContext(configuration: configuration)
        } catch {
            // Everything else that a context is made of has been read already.
            if let pair {
                throw fileError(.keyDoesNotMatch(certificate: pair.certificate, key: pair.key), .key)
            }
            throw fileError(.handshakeFailed("no TLS configuration can be made of --cacert"), .authority)
        }
    }
}

/// TLS 1.2 or newer for HTTP/2, with the server's chain and name verified.
private func configuration(
    _ authorities: [NIOSSLCertificate]?,
    _ identity: (chain: [NIOSSLCertificate], key: NIOSSLPrivateKey)?,
    verifies: Bool
) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv12
    configuration.certificateVerification = verifies ? .fullVerification : .none
    configuration.trustRoots = authorities.map(NIOSSLTrustRoots.certificates) ?? .default
    configuration.applicationProtocols = ["h2"]
    configuration.shutdownTimeout = .seconds(1)
    if let identity {
        configuration.certificateChain = identity.chain.map(NIOSSLCertificateSource.certificate)
        configuration.privateKey = .privateKey(identity.key)
    }
    return configuration
}

private func pair(
    _ options: ConnectionOptions
) throws(EtcdClientError) -> (certificate: TLSFile, key: TLSFile)? {
    switch (options.certificateFile, options.keyFile) {
    case (nil, nil): nil
    case (let certificate?, let key?):
        (TLSFile(.certificate, path: certificate), TLSFile(.key, path: key))
    case (_?, nil): throw fileError(.incompletePair(missing: .key), .certificate)
    case (nil, _?): throw fileError(.incompletePair(missing: .certificate), .key)
    }
}
private func certificates(in file: TLSFile) throws(EtcdClientError) -> [NIOSSLCertificate] {
    let bytes = try contents(of: file)
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
        throw fileError(.notPEM(file), file.role)
    }
    return certificates
}

private func privateKey(in file: TLSFile) throws(EtcdClientError) -> NIOSSLPrivateKey {
    let bytes = try contents(of: file)
    let text = String(decoding: bytes, as: UTF8.self)
    guard !text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----"), !text.contains("Proc-Type: 4,ENCRYPTED")
    else {
        throw fileError(.keyEncrypted(file), file.role)
    }
    do {
        return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
    } catch {
        throw fileError(.notPEM(file), file.role)
    }
}

private func contents(of file: TLSFile) throws(EtcdClientError) -> [UInt8] {
    do {
        let mapped = try MappedFile(path: file.path, locking: .none)
        guard mapped.byteCount <= TLSMaterial.largestFile else {
            throw fileError(.fileUnusable(file, why: "larger than 1 MiB"), file.role)
        }
        return try mapped.contents()
    } catch let error as FileError {
        throw fileError(.fileUnusable(file, why: why(error)), file.role)
    } catch let error as EtcdClientError {
        throw error
    } catch {
        throw fileError(.fileUnusable(file, why: "cannot be read"), file.role)
    }
}

private func why(_ error: FileError) -> String {
    switch error.reason {
    case .missing: "no such file"
    case .notARegularFile(let kind): "is \(kind), not a file"
    case .system(_, let errno): "cannot be read: \(errno)"
    default: "cannot be read"
    }
}

private func fileError(_ reason: EtcdClientError.Reason, _ role: TLSFile.Role) -> EtcdClientError {
    EtcdClientError(reason, endpoint: role.rawValue)
}
