import EtcdRPC
import GRPCNIOTransportCore
import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// Takes connections from a listening socket and makes them ready for gRPC: TLS, ``ProtocolDetector``, ``PingAbsorber``.
struct Listener: HTTP2ServerTransport.ListenerFactory {
    var socket: ListeningSocket
    var tls: ServerTLS?
    var answers: HTTPAnswers
    var connections: Connections
    /// See ``ServerOptions/greetingTimeout``.
    var greetingTimeout: TimeAmount
    /// Sent when it listens.
    var listening: Signal
    var log: Logger
    /// Where the names in clients' certificates are noted.
    var peers: ClientCertificateNames

    var eventLoopGroup: any EventLoopGroup { MultiThreadedEventLoopGroup.singleton }

    func makeListeningChannel(
        listenerConfigurator: HTTP2ServerTransport.ListenerConfigurator,
        connectionConfigurator: HTTP2ServerTransport.ConnectionConfigurator
    ) async throws -> NIOAsyncChannel<HTTP2ServerTransport.ConnectionConfigurator.ConnectionChannel, Never> {
        defer { self.listening.send() }
        return try await ServerBootstrap(group: self.eventLoopGroup)
            .serverChannelInitializer { channel in
                self.socket.listenAgain()
                return listenerConfigurator.configure(channel: channel)
            }
            .bind(self.socket.descriptor) { channel in
                guard self.connections.enter(channel) else {
                    self.log.warning(
                        "connection refused: too many are open",
                        metadata: ["listen": "\(self.socket.url)"]
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
                        // swift-nio traps when the value goes before the connection has closed, as it would when the
                        // server stops and takes no more connections.
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
        let detector = ProtocolDetector(
            timeout: self.greetingTimeout,
            speaksHTTP2: true,
            answers: self.answers,
            onTrouble: self.log.trouble(of: channel)
        )
        try pipeline.addHandler(detector)
        try pipeline.addHandler(PingAbsorber(readsFromClient: true, now: channel.eventLoop.now))
    }
}

extension Logger {
    /// Logs what breaks a connection.
    func trouble(of channel: any Channel) -> @Sendable (any Error) -> Void {
        let remote = channel.remoteAddress.map { "\($0)" } ?? "unknown"
        return { self.debug("connection broken", metadata: ["remote": "\(remote)", "error": "\($0)"]) }
    }
}
