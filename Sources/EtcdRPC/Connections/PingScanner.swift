package import NIOCore

/// Finds the PING frames in the bytes of an HTTP/2 connection, however they are cut into buffers.
///
///     offset  size  field      of a frame's head (RFC 9113, section 4.1), big-endian
///          0     3  length     bytes of payload that follow the head
///          3     1  type       6 = PING
///          4     1  flags      bit 0 of a PING: it is an answer
///          5     4  stream     0 for the connection; the highest bit is reserved
///          9        payload    8 bytes in a PING
///
/// Everything else passes as it came. At most 16 bytes are held back: a head, or a PING without its end.
package struct PingScanner: Sendable {
    /// A part of what came in.
    package enum Piece: Hashable, Sendable {
        /// Bytes to hand on unchanged.
        case other(ByteBuffer)
        /// A PING that asks for an answer: its whole frame.
        case ping(ByteBuffer)
    }

    /// Bytes of "PRI * HTTP/2.0…", with which a client begins.
    package static let prefaceByteCount = 24
    private static let headByteCount = 9
    private static let pingByteCount = 17

    private var held = ByteBuffer()
    /// Bytes of the preface, or of the frame under way, that are still to come.
    private var rest: Int

    /// - Parameter readsFromClient: Whether the bytes begin with a client's preface.
    package init(readsFromClient: Bool) {
        self.rest = readsFromClient ? Self.prefaceByteCount : 0
    }

    /// The pieces of the bytes held back so far and `arrived`, in order.
    package mutating func scan(_ arrived: ByteBuffer) -> [Piece] {
        var input = arrived
        if self.held.readableBytes > 0 {
            input = self.held
            input.writeImmutableBuffer(arrived)
        }

        var pieces: [Piece] = []
        var end = input.readerIndex
        while end < input.writerIndex {
            let left = input.writerIndex - end
            if self.rest > 0 {
                let step = min(self.rest, left)
                self.rest -= step
                end += step
                continue
            }
            guard let head = Head(input, at: end) else { break }
            guard head.asksForAnswer else {
                self.rest = Self.headByteCount + head.length
                continue
            }
            guard left >= Self.pingByteCount else { break }
            if let other = input.readSlice(length: end - input.readerIndex), other.readableBytes > 0 {
                pieces.append(.other(other))
            }
            if let ping = input.readSlice(length: Self.pingByteCount) { pieces.append(.ping(ping)) }
            end = input.readerIndex
        }
        if let other = input.readSlice(length: end - input.readerIndex), other.readableBytes > 0 {
            pieces.append(.other(other))
        }
        self.held = input
        return pieces
    }

    private struct Head {
        var length: Int
        var asksForAnswer: Bool

        init?(_ bytes: ByteBuffer, at start: Int) {
            guard let lengthAndType = bytes.getInteger(at: start, as: UInt32.self),
                let flags = bytes.getInteger(at: start + 4, as: UInt8.self),
                let stream = bytes.getInteger(at: start + 5, as: UInt32.self)
            else { return nil }
            self.length = Int(lengthAndType >> 8)
            let isPing = lengthAndType & 0xFF == 6 && self.length == 8 && stream & 0x7FFF_FFFF == 0
            self.asksForAnswer = isPing && flags & 1 == 0
        }
    }
}
