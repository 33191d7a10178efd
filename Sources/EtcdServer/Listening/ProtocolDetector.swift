import NIOCore

/// Stands first on a connection (after TLS) and sees what the peer speaks: gRPC's HTTP/2, or one plain
/// HTTP/1.1 request for ``HTTPAnswers``.
///
/// A peer that has not sent HTTP/2's preface and the head of its first frame, or a whole request, within
/// ``timeout`` is cut off; the time of the TLS handshake counts. Until the peer speaks nothing is sent to it.
final class ProtocolDetector: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum State {
        /// Nothing is decided; what HTTP/2 wanted to send meanwhile.
        case listening(ByteBuffer, held: [(NIOAny, EventLoopPromise<Void>?)])
        /// HTTP/2, of whose greeting so many bytes are still missing.
        case greeting(missing: Int)
        case open
        case http(HTTPRequestReader)
        case finished
    }

    static let timeout = TimeAmount.seconds(10)
    private static let preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    /// The preface and a frame's head.
    private static let greetingByteCount = 24 + 9

    private var state = State.listening(ByteBuffer(), held: [])
    private var timer: Scheduled<Void>?
    private let speaksHTTP2: Bool
    private let answers: HTTPAnswers
    private let onTrouble: @Sendable (any Error) -> Void

    /// - Parameters:
    ///   - speaksHTTP2: Whether handlers for HTTP/2 stand behind.
    ///   - answers: What plain requests are answered.
    ///   - onTrouble: Told of what the socket or TLS report.
    init(speaksHTTP2: Bool, answers: HTTPAnswers, onTrouble: @escaping @Sendable (any Error) -> Void) {
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

    /// What the socket or TLS report; the handlers behind are told that the connection has closed.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.onTrouble(error)
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        switch self.state {
        case .listening(var seen, let held):
            seen.writeBuffer(&bytes)
            self.decide(seen, held, context)
        case .greeting(let missing):
            self.countGreeting(bytes.readableBytes, missing)
            context.fireChannelRead(data)
        case .open:
            context.fireChannelRead(data)
        case .http(var reader):
            self.answer(&reader, bytes, context)
        case .finished:
            break
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch self.state {
        case .listening(let bytes, var held):
            held.append((data, promise))
            self.state = .listening(bytes, held: held)
        case .greeting, .open:
            context.write(data, promise: promise)
        case .http, .finished:
            promise?.fail(ChannelError.ioOnClosedChannel)
        }
    }

    private func startTimer(_ context: ChannelHandlerContext) {
        guard self.timer == nil else { return }
        let channel = context.channel
        self.timer = context.eventLoop.scheduleTask(in: Self.timeout) { channel.close(promise: nil) }
    }

    private func decide(
        _ seen: ByteBuffer,
        _ held: [(NIOAny, EventLoopPromise<Void>?)],
        _ context: ChannelHandlerContext
    ) {
        self.state = .listening(seen, held: held)
        let known = zip(seen.readableBytesView, Self.preface.utf8)
        guard self.speaksHTTP2, known.allSatisfy({ $0 == $1 }) else {
            self.dropHeld()
            var reader = HTTPRequestReader()
            self.answer(&reader, seen, context)
            return
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

    private func answer(
        _ reader: inout HTTPRequestReader,
        _ bytes: ByteBuffer,
        _ context: ChannelHandlerContext
    ) {
        guard let request = reader.read(bytes) else {
            self.state = .http(reader)
            return
        }
        self.state = .finished
        let channel = context.channel
        let answer = channel.eventLoop.makeFutureWithTask { [answers] in
            ByteBuffer(string: await answers.answer(to: request).text)
        }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        answer.whenSuccess { bytes in
            bound.value.writeAndFlush(Self.wrapOutboundOut(bytes)).whenComplete { _ in
                channel.close(promise: nil)
            }
        }
    }

    private func dropHeld() {
        guard case .listening(let bytes, let held) = self.state else { return }
        self.state = .listening(bytes, held: [])
        for (_, promise) in held { promise?.fail(ChannelError.ioOnClosedChannel) }
    }
}
