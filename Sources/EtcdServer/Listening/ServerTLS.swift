import Files
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// The files that the server's TLS is made of.
public struct TLSFiles: Hashable, Sendable {
    public var certificate: String
    public var key: String
    /// The CAs whose clients may connect; with it every client must show a certificate.
    public var trustedAuthority: String?
    /// Whether clients must show a certificate; without ``trustedAuthority`` one of the system's CAs.
    ///
    /// Its common name is the user when authentication is on and no token is sent.
    public var requiresClientCertificate: Bool

    public init(
        certificate: String,
        key: String,
        trustedAuthority: String? = nil,
        requiresClientCertificate: Bool = false
    ) {
        self.certificate = certificate
        self.key = key
        self.trustedAuthority = trustedAuthority
        self.requiresClientCertificate = requiresClientCertificate
    }
}

/// The TLS of new connections: read anew when the certificate or the key has changed on the disk.
///
/// While the changed files cannot be used, as between the writing of one and of the other, the last usable
/// ones stay.
final class ServerTLS: Sendable {
    private struct State {
        var context: NIOSSLContext
        var identities: [FileIdentity]
        var checked: NIODeadline
    }

    private let files: TLSFiles
    private let log: Logger
    private let state: Mutex<State>
    /// How often the files are looked at, at most.
    private static let pause = TimeAmount.seconds(1)

    /// - Throws: What is wrong with the files.
    init(_ files: TLSFiles, log: Logger) throws(ServerError) {
        self.files = files
        self.log = log
        self.state = Mutex(
            State(context: try makeContext(files), identities: identities(of: files), checked: .now())
        )
    }

    /// Whether the certificates of clients say which users they are, as etcd has it with `--client-cert-auth`.
    var namesUsers: Bool { self.files.requiresClientCertificate }

    /// What a connection made now uses.
    func context() -> NIOSSLContext {
        self.state.withLock { state in
            guard NIODeadline.now() - state.checked >= Self.pause else { return state.context }
            state.checked = .now()
            let identities = identities(of: self.files)
            guard identities != state.identities else { return state.context }
            do throws(ServerError) {
                state.context = try makeContext(self.files)
                state.identities = identities
                self.log.info("certificates reloaded", metadata: ["file": "\(self.files.certificate)"])
            } catch {
                self.log.warning("changed certificates not used", metadata: ["error": "\(error)"])
            }
            return state.context
        }
    }
}

private func identities(of files: TLSFiles) -> [FileIdentity] {
    [files.certificate, files.key, files.trustedAuthority].compactMap { $0.flatMap(FileIdentity.init(path:)) }
}

private func makeContext(_ files: TLSFiles) throws(ServerError) -> NIOSSLContext {
    let chain = try certificates(in: files.certificate)
    var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map(NIOSSLCertificateSource.certificate),
        privateKey: .privateKey(try privateKey(in: files.key))
    )
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["h2", "http/1.1"]
    configuration.shutdownTimeout = .seconds(1)
    if let authority = files.trustedAuthority {
        configuration.trustRoots = .certificates(try certificates(in: authority))
    }
    if files.requiresClientCertificate || files.trustedAuthority != nil {
        configuration.certificateVerification = .noHostnameVerification
    }
    do {
        return try NIOSSLContext(configuration: configuration)
    } catch {
        throw ServerError(.keyDoesNotMatch(certificate: files.certificate), at: files.key)
    }
}

private func certificates(in path: String) throws(ServerError) -> [NIOSSLCertificate] {
    let bytes = try contents(of: path)
    guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
        throw ServerError(.noCertificateInFile, at: path)
    }
    return certificates
}

private func privateKey(in path: String) throws(ServerError) -> NIOSSLPrivateKey {
    let bytes = try contents(of: path)
    let text = String(decoding: bytes, as: UTF8.self)
    guard !text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----"), !text.contains("Proc-Type: 4,ENCRYPTED")
    else { throw ServerError(.keyEncrypted, at: path) }
    guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
        throw ServerError(.noKeyInFile, at: path)
    }
    return key
}

/// No TLS file is larger, in bytes.
private let largestFile = 1 << 20

private func contents(of path: String) throws(ServerError) -> [UInt8] {
    let bytes: [UInt8]?
    do throws(FileError) {
        let file = try MappedFile(path: path, locking: .none)
        bytes = file.byteCount <= largestFile ? try file.contents() : nil
    } catch {
        switch error.reason {
        case .missing: throw ServerError(.fileUnusable(why: "does not exist"), at: path)
        case .system(_, let errno):
            throw ServerError(.fileUnusable(why: "cannot be read: \(errno)"), at: path)
        case .shrank, .changed:
            throw ServerError(.fileUnusable(why: "was changed while it was read"), at: path)
        default: throw ServerError(.fileUnusable(why: "is not a file that can be read"), at: path)
        }
    }
    guard let bytes else {
        throw ServerError(.fileUnusable(why: "is larger than 1 MiB"), at: path)
    }
    return bytes
}
