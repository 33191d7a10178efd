import Logging
import NIOCore
import NIOPosix
import NIOSSL

/// Answers plain HTTP only, on one of `--listen-metrics-urls`.
struct PlainListener: Sendable {
    var socket: ListeningSocket
    var tls: ServerTLS?
    var answers: HTTPAnswers
    var connections: Connections
    /// See ``ServerOptions/greetingTimeout``.
    var greetingTimeout: TimeAmount
    var log: Logger

    /// Serves until it is cancelled.
    func serve() async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelInitializer { channel in
                self.socket.listenAgain()
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.prepare(channel) }
            }
            .withBoundSocket(self.socket.descriptor).get()
        try await withTaskCancellationHandler {
            try await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }

    private func prepare(_ channel: any Channel) throws {
        guard self.connections.enter(channel) else { throw ChannelError.ioOnClosedChannel }
        let pipeline = channel.pipeline.syncOperations
        if let tls = self.tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls.context())) }
        try pipeline.addHandler(
            ProtocolDetector(
                timeout: self.greetingTimeout,
                speaksHTTP2: false,
                answers: self.answers,
                onTrouble: self.log.trouble(of: channel)
            )
        )
    }
}
