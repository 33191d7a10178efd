import NIOCore
import NIOTLS

/// Stands between TLS and HTTP/2 while a connection is made, and says how far it has come.
///
/// Until ``open(context:)`` nothing that arrives is handed on, so that the HTTP/2 handlers can be added behind
/// the gate on a live channel. Then the server's first frame must be SETTINGS; a server that speaks something
/// else, or ends the connection first, shows here with its cause, which gRPC would report as "unavailable".
final class HandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// How far a connection has come; outlives the connection, so that its end is not lost.
    struct Stages: Sendable {
        /// Done when the connection stands and TLS, if it is used, has been agreed on.
        let secured: EventLoopPromise<Void>
        /// Done when the server's SETTINGS have begun to arrive.
        let greeted: EventLoopPromise<Void>

        init(on eventLoop: any EventLoop) {
            self.secured = eventLoop.makePromise()
            self.greeted = eventLoop.makePromise()
        }

        /// Fails what is not yet done.
        func fail(_ error: any Error) {
            self.secured.fail(error)
            self.greeted.fail(error)
        }
    }

    private let stages: Stages
    private let usesTLS: Bool
    private var isOpen = false
    private var isGreeted = false
    private var held = ByteBuffer()

    init(_ stages: Stages, usesTLS: Bool) {
        self.stages = stages
        self.usesTLS = usesTLS
    }

    func channelActive(context: ChannelHandlerContext) {
        if !self.usesTLS { self.stages.secured.succeed() }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent { self.stages.secured.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !self.isGreeted else { return context.fireChannelRead(data) }
        self.held.writeImmutableBuffer(Self.unwrapInboundIn(data))
        self.handOn(context)
    }

    /// Lets bytes through: the handlers behind the gate are there.
    func open(context: ChannelHandlerContext) {
        self.isOpen = true
        self.handOn(context)
    }

    private func handOn(_ context: ChannelHandlerContext) {
        guard self.isOpen, self.held.readableBytes >= frameHeadByteCount else { return }
        guard beginsWithSettings(self.held) else {
            self.stages.fail(
                ServerGateError.notHTTP2(firstByte: self.held.getInteger(at: self.held.readerIndex) ?? 0)
            )
            return context.close(promise: nil)
        }
        let greeting = self.held
        self.held = ByteBuffer()
        self.isGreeted = true
        self.stages.greeted.succeed()
        context.fireChannelRead(Self.wrapInboundOut(greeting))
        context.fireChannelReadComplete()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.stages.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.stages.fail(ServerGateError.closed)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.stages.fail(ServerGateError.closed)
    }
}

enum ServerGateError: Error {
    /// The server ended the connection.
    case closed
    /// What the server sent does not begin with a SETTINGS frame.
    case notHTTP2(firstByte: UInt8)
    /// The time for connecting ran out.
    case timedOut
}

private let frameHeadByteCount = 9

/// Whether an HTTP/2 SETTINGS frame (type 4) of the connection (stream 0) begins here: RFC 9113, section 6.5.
private func beginsWithSettings(_ bytes: ByteBuffer) -> Bool {
    guard let lengthAndType = bytes.getInteger(at: bytes.readerIndex, as: UInt32.self),
        let stream = bytes.getInteger(at: bytes.readerIndex + 5, as: UInt32.self)
    else { return false }
    return lengthAndType & 0xFF == 4 && (lengthAndType >> 8) % 6 == 0 && stream & 0x7FFF_FFFF == 0
}
