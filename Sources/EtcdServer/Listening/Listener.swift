import EtcdRPC
import GRPCNIOTransportCore
import NIOCore
import NIOPosix
import NIOSSL

/// Takes connections from a listening socket and makes them ready for gRPC: TLS, ``ProtocolDetector``, ``PingAbsorber``.
struct Listener: HTTP2ServerTransport.ListenerFactory {
    var socket: ListeningSocket
    var tls: ServerTLS?
    var answers: HTTPAnswers
    var connections: Connections
    /// Sent when it listens.
    var listening: Signal
    var log: ServerLog
    /// Told of clients' certificates.
    var peers: ClientCertificateNames

    var eventLoopGroup: any EventLoopGroup { MultiThreadedEventLoopGroup.singleton }

    func makeListeningChannel(
        listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator,
        connectionConfigurator: HTTP2ServerTransport.ConnectionConfigurator
    ) async throws -> NIOAsyncChannel<HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel, Never> {
        defer { self.listening.send() }
        return try await ServerBootstrap(group: self.eventLoopGroup)
            .serverChannelInitializer { listenerConfigurator.configure(channel: $0) }
            .bind(self.socket.descriptor) { channel in
                guard self.connections.enter(channel) else {
                    self.log(
                        .warning,
                        "connection refused: too many are open",
                        ["listen": "\(self.socket.url)"]
                    )
                    channel.close(promise: nil)
                    return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
                }
                return channel.eventLoop.makeCompletedFuture { try self.prepare(channel) }
                    .flatMap {
                        let tls: HTTP2ServerTransport.ConnectionConfigurator.TLS =
                            self.tls == nil ? .none : .configured(requireALPN: false)
                        return connectionConfigurator.configure(channel: channel, tls: tls)
                    }
                    .map { connection in
                        // Let go before it has closed, as when nobody takes it because the server stops, it traps.
                        channel.closeFuture.whenComplete { _ in withExtendedLifetime(connection) {} }
                        return connection
                    }
            }
    }

    private func prepare(_ channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        if let tls = self.tls {
            let handler = NIOSSLServerHandler(context: tls.context())
            try pipeline.addHandler(handler)
            if tls.namesUsers { try pipeline.addHandler(CertificateReader(handler, self.peers)) }
        }
        let door = ProtocolDetector(
            speaksHTTP2: true,
            answers: self.answers,
            onTrouble: self.log.trouble(of: channel)
        )
        try pipeline.addHandler(door)
        try pipeline.addHandler(PingAbsorber(readsFromClient: true, now: channel.eventLoop.now))
    }
}

extension ServerLog {
    /// Notes what breaks a connection.
    func trouble(of channel: any Channel) -> @Sendable (any Error) -> Void {
        let remote = channel.remoteAddress.map { "\($0)" } ?? "unknown"
        return { self(.debug, "connection broken", ["remote": remote, "error": "\($0)"]) }
    }
}
