package import NIOCore

/// Answers the peer's HTTP/2 PINGs before swift-nio-http2 counts them.
///
/// swift-nio-http2 1.46 ends a connection after 200 control frames in 30 seconds, a limit that
/// grpc-swift-nio-transport gives no way to raise. A peer written with grpc-go, as etcd and etcdctl are,
/// measures the connection with a PING for each burst of data, so that a thousand quick puts or one large
/// snapshot end with "enhance your calm". This handler sits between TLS and HTTP/2 and answers as
/// many PINGs as ``PingAllowance`` grants; those beyond it are handed on, and the limit does its work on them.
package final class PingAbsorber: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private var scanner: PingScanner
    private var allowance: PingAllowance

    /// - Parameters:
    ///   - readsFromClient: Whether the peer is the client, which begins with a preface.
    ///   - now: The event loop's time.
    package init(readsFromClient: Bool, now: NIODeadline) {
        self.scanner = PingScanner(readsFromClient: readsFromClient)
        self.allowance = PingAllowance(now: now)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var answered = false
        for piece in self.scanner.scan(Self.unwrapInboundIn(data)) {
            switch piece {
            case .ping(let frame) where self.allowance.spend(now: context.eventLoop.now):
                context.write(Self.wrapOutboundOut(answer(to: frame)), promise: nil)
                answered = true
            case .ping(let bytes), .other(let bytes):
                context.fireChannelRead(Self.wrapInboundOut(bytes))
            }
        }
        if answered { context.flush() }
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.allowance.earn(byteCount: Self.unwrapOutboundIn(data).readableBytes)
        context.write(data, promise: promise)
    }

    /// The same frame with the flag that makes it an answer.
    private func answer(to frame: ByteBuffer) -> ByteBuffer {
        var answer = frame
        answer.setInteger(1 as UInt8, at: answer.readerIndex + 4)
        return answer
    }
}
