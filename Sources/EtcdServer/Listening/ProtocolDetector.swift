import NIOCore
import NIOHTTP1

/// Stands first on a connection (after TLS) and sees what the peer speaks: gRPC's HTTP/2, or one plain
/// HTTP/1.1 request for ``HTTPAnswers``.
///
/// A peer that has not sent HTTP/2's preface and the head of its first frame, or a whole request, within
/// `timeout` is cut off; the time of the TLS handshake counts. Until the peer has sent something, it is sent nothing.
final class ProtocolDetector: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// Not decided yet: what the peer has sent, and what HTTP/2 wanted to send meanwhile.
        case undecided(ByteBuffer, held: [(NIOAny, EventLoopPromise<Void>?)])
        /// HTTP/2, of whose greeting so many bytes are still missing.
        case greeting(missing: Int)
        case open
        /// HTTP/1, of whose request so many bytes may still come.
        case request(left: Int)
    }

    /// The longest HTTP/1 request that is read, in bytes.
    static let requestLimit = 8192
    private static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    /// The preface and a frame's head.
    private static let greetingByteCount = 24 + 9

    private var state = State.undecided(ByteBuffer(), held: [])
    private var timer: Scheduled<Void>?
    private let timeout: TimeAmount
    private let speaksHTTP2: Bool
    private let answers: HTTPAnswers
    private let onTrouble: @Sendable (any Error) -> Void

    /// - Parameters:
    ///   - timeout: How long the peer may take for its greeting or request.
    ///   - speaksHTTP2: Whether handlers for HTTP/2 stand behind.
    ///   - answers: What plain requests are answered.
    ///   - onTrouble: Gets the errors of the socket and of TLS.
    init(
        timeout: TimeAmount,
        speaksHTTP2: Bool,
        answers: HTTPAnswers,
        onTrouble: @escaping @Sendable (any Error) -> Void
    ) {
        self.timeout = timeout
        self.speaksHTTP2 = speaksHTTP2
        self.answers = answers
        self.onTrouble = onTrouble
    }

    func channelActive(context: ChannelHandlerContext) {
        self.startTimer(context)
        context.fireChannelActive()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { self.startTimer(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.timer?.cancel()
        self.dropHeld()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.timer?.cancel()
        self.dropHeld()
        context.fireChannelInactive()
    }

    /// An error of the socket or of TLS; the handlers behind learn that the connection has closed.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.onTrouble(error)
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        switch self.state {
        case .undecided(var seen, let held):
            seen.writeBuffer(&bytes)
            self.decide(seen, held, context)
        case .greeting(let missing):
            self.countGreeting(bytes.readableBytes, missing)
            context.fireChannelRead(data)
        case .open:
            context.fireChannelRead(data)
        case .request(let left):
            self.readRequest(bytes, left, context)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .undecided(let bytes, var held) = self.state {
            held.append((data, promise))
            self.state = .undecided(bytes, held: held)
        } else {
            context.write(data, promise: promise)
        }
    }

    private func startTimer(_ context: ChannelHandlerContext) {
        guard self.timer == nil else { return }
        let channel = context.channel
        self.timer = context.eventLoop.scheduleTask(in: self.timeout) { channel.close(promise: nil) }
    }

    private func decide(
        _ seen: ByteBuffer,
        _ held: [(NIOAny, EventLoopPromise<Void>?)],
        _ context: ChannelHandlerContext
    ) {
        self.state = .undecided(seen, held: held)
        let known = zip(seen.readableBytesView, Self.preface.utf8)
        guard self.speaksHTTP2, known.allSatisfy({ $0 == $1 }) else {
            return self.beginHTTP1(seen, context)
        }
        guard seen.readableBytes >= Self.preface.utf8.count else { return }
        self.state = .greeting(missing: Self.greetingByteCount)
        self.countGreeting(seen.readableBytes, Self.greetingByteCount)
        for (data, promise) in held { context.write(data, promise: promise) }
        context.flush()
        context.fireChannelRead(Self.wrapInboundOut(seen))
    }

    private func countGreeting(_ count: Int, _ missing: Int) {
        self.state = count < missing ? .greeting(missing: missing - count) : .open
        if count >= missing { self.timer?.cancel() }
    }

    private func beginHTTP1(_ seen: ByteBuffer, _ context: ChannelHandlerContext) {
        self.dropHeld()
        do {
            let handlers: [any ChannelHandler] = [
                HTTPResponseEncoder(), ByteToMessageHandler(HTTPRequestDecoder()),
                HTTPRequestHandler(self.answers),
            ]
            try context.pipeline.syncOperations.addHandlers(handlers, position: .after(self))
            self.readRequest(seen, Self.requestLimit, context)
        } catch {
            self.errorCaught(context: context, error: error)
        }
    }

    private func readRequest(_ bytes: ByteBuffer, _ left: Int, _ context: ChannelHandlerContext) {
        self.state = .request(left: max(0, left - bytes.readableBytes))
        if bytes.readableBytes <= left {
            context.fireChannelRead(Self.wrapInboundOut(bytes))
        } else {
            context.fireErrorCaught(HTTPParserError.headerOverflow)
        }
    }

    private func dropHeld() {
        guard case .undecided(let bytes, let held) = self.state else { return }
        self.state = .undecided(bytes, held: [])
        for (_, promise) in held { promise?.fail(ChannelError.ioOnClosedChannel) }
    }
}
