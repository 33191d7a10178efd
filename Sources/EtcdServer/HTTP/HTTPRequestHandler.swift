import NIOCore
import NIOHTTP1

/// Answers the first request of a connection, and closes it.
///
/// It stands behind NIO's HTTP/1 codec. What handlers for HTTP/2 that stand behind it want to send does not get
/// through: to the codec it would be something else than an answer.
final class HTTPRequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = NIOAny
    typealias OutboundOut = HTTPServerResponsePart

    private let answers: HTTPAnswers
    private var isAnswering = false

    init(_ answers: HTTPAnswers) {
        self.answers = answers
    }

    /// A request's body is not waited for.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(let request) = Self.unwrapInboundIn(data), !self.isAnswering else { return }
        self.isAnswering = true
        let answers = self.answers
        let answer = context.eventLoop.makeFutureWithTask { await answers.answer(to: request) }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        answer.whenSuccess { answer in
            let (handler, context) = bound.value
            handler.write(answer, withBody: request.method != .HEAD, context)
        }
    }

    /// Something that is not HTTP, or a head that is too long.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !self.isAnswering else { return }
        self.isAnswering = true
        self.write(.badRequest, withBody: true, context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.ioOnClosedChannel)
    }

    private func write(_ answer: HTTPAnswer, withBody: Bool, _ context: ChannelHandlerContext) {
        let body = ByteBuffer(string: answer.body)
        let headers: HTTPHeaders = [
            "Content-Type": answer.contentType, "Content-Length": "\(body.readableBytes)",
            "Connection": "close", "X-Content-Type-Options": "nosniff",
        ]
        let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        if withBody { context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let channel = context.channel
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).whenComplete { _ in channel.close(promise: nil)
        }
    }
}
