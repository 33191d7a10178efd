import NIOCore
import NIOHTTP2

/// Stands first in a call's stream and reports to ``Connections`` about how much memory the call keeps: itself,
/// messages of which a part has come, large messages, and what waits to be sent.
final class StreamMemoryMeter: ChannelDuplexHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTP2Frame.FramePayload
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// What an idle call takes, in bytes.
    static let restingByteCount = 16 << 10
    /// Smaller changes are not reported, in bytes.
    private static let grain = 4 << 10

    private let connections: Connections
    private let connection: ObjectIdentifier
    private var request = MessageProgress()
    private var unsentByteCount = 0
    private var reportedByteCount = 0
    private var isOver = false

    init(of connections: Connections, on connection: any Channel) {
        self.connections = connections
        self.connection = ObjectIdentifier(connection)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.connections.beginCall(on: self.connection)
        self.report(Self.restingByteCount)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.isOver = true
        self.report(0)
        self.connections.endCall(on: self.connection)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .data(let frame) = Self.unwrapInboundIn(data), case .byteBuffer(let bytes) = frame.data {
            self.request.receive(bytes)
            self.update()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .data(let frame) = Self.unwrapOutboundIn(data) else {
            return context.write(data, promise: promise)
        }
        let byteCount = frame.data.heldByteCount
        self.unsentByteCount += byteCount
        self.update()
        let sent = promise ?? context.eventLoop.makePromise()
        sent.futureResult.assumeIsolated().whenComplete { _ in
            self.unsentByteCount -= byteCount
            self.update()
        }
        context.write(data, promise: sent)
    }

    private func update() {
        guard !self.isOver else { return }
        let byteCount = Self.restingByteCount + self.request.heldByteCount + self.unsentByteCount
        if abs(byteCount - self.reportedByteCount) >= Self.grain { self.report(byteCount) }
    }

    private func report(_ byteCount: Int) {
        let change = byteCount - self.reportedByteCount
        self.reportedByteCount = byteCount
        self.connections.hold(change, on: self.connection)
    }
}

extension IOData {
    /// What it takes in memory: a large message has a buffer of its own, up to twice as large; small ones share.
    fileprivate var heldByteCount: Int {
        guard case .byteBuffer(let bytes) = self, bytes.readableBytes > MessageProgress.smallByteCount else {
            return self.readableBytes
        }
        return bytes.storageCapacity
    }
}
