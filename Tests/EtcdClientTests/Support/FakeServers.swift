import NIOCore
import NIOPosix

/// Listens on a free port of 127.0.0.1 and answers every connection with `bytes`, or with nothing.
func withListener<Result: Sendable>(
    saying bytes: [UInt8] = [],
    closing: Bool = false,
    _ body: (Int) async throws -> Result
) async throws -> Result {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { child in
            child.eventLoop.makeCompletedFuture {
                try child.pipeline.syncOperations.addHandler(Greeter(bytes: bytes, closing: closing))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        let result = try await body(channel.localAddress?.port ?? 0)
        try await channel.close()
        return result
    } catch {
        try await channel.close()
        throw error
    }
}

/// Says its bytes to whoever connects, and may close the connection then.
private final class Greeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let bytes: [UInt8]
    private let closing: Bool

    init(bytes: [UInt8], closing: Bool) {
        self.bytes = bytes
        self.closing = closing
    }

    func channelActive(context: ChannelHandlerContext) {
        if !self.bytes.isEmpty {
            context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: self.bytes)), promise: nil)
        }
        if self.closing { context.close(promise: nil) }
    }
}
