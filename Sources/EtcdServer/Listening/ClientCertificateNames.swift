import EtcdStore
import NIOCore
import NIOSSL
import NIOTLS
import SwiftASN1
import Synchronization
import X509

/// The common names in the certificates that open connections have shown, by the addresses of their ends.
///
/// gRPC gives its handlers these addresses and no more of a connection. The two ends of a socket file have none that
/// differ, so a client that comes through one has no name here.
final class ClientCertificateNames: Sendable {
    private struct Entry {
        var name: AuthName
        var connection: ObjectIdentifier
    }

    private let entries = Mutex<[Connection: Entry]>([:])

    /// Whose certificate the connection has shown, if any.
    func name(of connection: Connection) -> AuthName? {
        self.entries.withLock { $0[connection]?.name }
    }

    /// Takes the name from the certificate once the handshake is done, until the connection closes.
    func note(_ channel: any Channel, _ certificate: NIOSSLCertificate?) {
        guard let connection = Connection(channel), let name = certificate.flatMap(commonName) else { return }
        let id = ObjectIdentifier(channel)
        self.entries.withLock { $0[connection] = Entry(name: name, connection: id) }
        channel.closeFuture.whenComplete { _ in
            self.entries.withLock { entries in
                if entries[connection]?.connection == id { entries[connection] = nil }
            }
        }
    }
}

/// The ends of a connection, as gRPC writes them: `ipv4:127.0.0.1:2379`.
struct Connection: Hashable, Sendable {
    var remote: String
    var local: String
}

extension Connection {
    fileprivate init?(_ channel: any Channel) {
        guard let remote = text(channel.remoteAddress), let local = text(channel.localAddress) else {
            return nil
        }
        self.init(remote: remote, local: local)
    }
}

private func text(_ address: SocketAddress?) -> String? {
    switch address {
    case .v4(let v4)?: "ipv4:\(v4.host):\(address?.port ?? 0)"
    case .v6(let v6)?: "ipv6:[\(v6.host)]:\(address?.port ?? 0)"
    case .unixDomainSocket?, nil: nil
    }
}

/// The last common name of the subject, which is the one that etcd sees; nil when the bytes are not a certificate.
private func commonName(_ certificate: NIOSSLCertificate) -> AuthName? {
    guard let bytes = try? certificate.toDERBytes(), let parsed = try? Certificate(derEncoded: bytes) else {
        return nil
    }
    let names = parsed.subject.joined().filter { $0.type == .NameAttributes.commonName }
    return AuthName(names.last.flatMap { String($0.value) } ?? "")
}

/// Stands behind TLS and notes in ``ClientCertificateNames`` which certificate the client has shown.
final class CertificateReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let tls: NIOSSLServerHandler
    private let peers: ClientCertificateNames

    init(_ tls: NIOSSLServerHandler, _ peers: ClientCertificateNames) {
        self.tls = tls
        self.peers = peers
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            self.peers.note(context.channel, self.tls.peerCertificate)
        }
        context.fireUserInboundEventTriggered(event)
    }
}
