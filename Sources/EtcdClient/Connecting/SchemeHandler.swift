import NIOCore
import NIOHPACK
import NIOHTTP2

/// Writes `:scheme` as https in the requests of an encrypted connection.
///
/// The transport that wraps a ready channel always writes http, because it cannot know of TLS below it. etcd
/// looks at the client's certificate, for users named by one, only in requests whose scheme is https.
final class SchemeHandler: ChannelOutboundHandler {
    typealias OutboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .headers(var headers) = Self.unwrapOutboundIn(data),
            headers.headers.contains(name: ":scheme")
        else {
            return context.write(data, promise: promise)
        }
        var fields = HPACKHeaders()
        for (name, value, indexing) in headers.headers {
            fields.add(name: name, value: name == ":scheme" ? "https" : value, indexing: indexing)
        }
        headers.headers = fields
        context.write(Self.wrapOutboundOut(.headers(headers)), promise: promise)
    }
}
