import FoundationEssentials
import GRPCCore
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import SwiftASN1
import X509

/// Finds out why a connection could not be made.
///
/// Where the failure itself does not tell, it asks the server again: which certificate does it show, does it
/// answer in the other of TLS and plain http, what does it say when nothing is sent after the handshake. No
/// request, user or client certificate goes along on these ways, except where the refusal of the client
/// certificate is itself the question.
struct Diagnosis {
    var connection: Connection
    var caFile: String?
    var authorities: [NIOSSLCertificate]
    var givesClientCertificate: Bool
    /// See ``ConnectionOptions/now``.
    var now: Date?

    /// How long a further question may take.
    private static let timeout = Duration.seconds(1)

    func reason(for error: any Error) async -> EtcdClientError.Reason {
        switch error {
        case let error as NIOConnectionError: self.aboutTCP(error)
        case ChannelError.connectTimeout: .connectTimedOut(self.connection.timeout)
        case ServerGateError.timedOut: .silent(self.connection.timeout)
        case let error as IOError where error.errnoCode != ECONNRESET && error.errnoCode != EPIPE:
            systemReason(error)
        default:
            switch self.connection.security {
            case .plaintext: await self.aboutPlaintext(error)
            case .tls(let context), .inspecting(let context, _): await self.aboutTLS(error, context)
            }
        }
    }

    private func aboutTCP(_ error: NIOConnectionError) -> EtcdClientError.Reason {
        if let first = error.connectionErrors.first?.error {
            if case ChannelError.connectTimeout = first { return .connectTimedOut(self.connection.timeout) }
            return (first as? IOError).map(systemReason) ?? .unreachable("cannot connect")
        }
        return .hostNotFound(printable(error.host))
    }

    private func aboutPlaintext(_ error: any Error) async -> EtcdClientError.Reason {
        if await !self.certificatesShown().isEmpty { return .serverSpeaksTLS }
        return if case ServerGateError.notHTTP2 = error { .notEtcd } else { .closedAtOnce }
    }

    private func aboutTLS(_ error: any Error, _ context: NIOSSLContext) async -> EtcdClientError.Reason {
        if case ServerGateError.notHTTP2 = error { return .notEtcd }
        switch TLSFailure(error) {
        case .other(let name):
            if await self.answersInPlaintext() { return .serverSpeaksPlaintext }
            // A server that refuses a client certificate may close before its alert is read: ask again quietly.
            if let refusal = await self.quietRefusal(context) { return refusal }
            return name.isEmpty ? .closedAtOnce : .handshakeFailed(name)
        case let failure: return await self.reason(for: failure)
        }
    }

    private func reason(for failure: TLSFailure) async -> EtcdClientError.Reason {
        switch failure {
        case .chainNotTrusted:
            let authorities = self.authorities.compactMap { try? Certificate(derEncoded: $0.toDERBytes()) }
            return CertificateVerdict(
                shown: await self.certificatesShown(),
                authorities: authorities,
                caFile: self.caFile,
                now: self.now
            ).reason
        case .wrongName:
            let names = await self.certificatesShown().first?.alternativeNames ?? []
            return .wrongHostName(expected: self.connection.endpoint.host, names: names)
        case .clientCertificateMissing: return .clientCertificateRequired
        case .clientCertificateRefused(let why):
            return self.givesClientCertificate ? .clientCertificateRefused(why) : .clientCertificateRequired
        case .oldVersion: return .oldTLSOnly
        case .noHTTP2: return .notEtcd
        case .other(let name): return .handshakeFailed(name)
        }
    }

    /// The certificates that the server shows; empty when it does not speak TLS.
    private func certificatesShown() async -> [Certificate] {
        guard let context = try? NIOSSLContext(configuration: .makeClientConfiguration()) else { return [] }
        let shown = ShownCertificates()
        let probe = self.probe(.inspecting(context, shown))
        if let secured = try? await probe.secure() { try? await secured.channel.close().get() }
        return shown.all
    }

    private func answersInPlaintext() async -> Bool {
        guard let (transport, channel) = try? await self.probe(.plaintext).open() else { return false }
        try? await channel.close().get()
        withExtendedLifetime(transport) {}
        return true
    }

    /// What a server says against the client's certificate after a handshake that nothing follows.
    private func quietRefusal(_ context: NIOSSLContext) async -> EtcdClientError.Reason? {
        let probe = self.probe(.tls(context))
        do {
            let secured = try await probe.secure()
            try await secured.wait(for: secured.stages.greeted)
            try? await secured.channel.close().get()
            return nil
        } catch {
            guard !(error is ServerGateError) else { return nil }
            if case .other = TLSFailure(error) { return nil }
            return await self.reason(for: TLSFailure(error))
        }
    }

    private func probe(_ security: Connection.Security) -> Connection {
        var probe = self.connection
        probe.security = security
        probe.timeout = min(probe.timeout, Self.timeout)
        return probe
    }
}

private func systemReason(_ error: IOError) -> EtcdClientError.Reason {
    switch error.errnoCode {
    case ECONNREFUSED: .connectionRefused
    case ENOENT: .noSuchSocket
    default: .unreachable(String(cString: strerror(error.errnoCode)))
    }
}

extension EtcdEndpoint {
    /// What a certificate has to name.
    fileprivate var host: String {
        switch self.address {
        case .tcp(let host, _): host
        case .unixSocket: "localhost"
        }
    }
}
