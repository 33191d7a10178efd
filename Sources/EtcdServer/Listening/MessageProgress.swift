import NIOCore

/// Follows the messages in a gRPC stream and knows what of them is held.
///
///     offset  size  field        of a message's head, big-endian
///          0     1  compression  1 = the message is compressed
///          1     4  length       bytes of message that follow
///
/// Held is the part that has come of an unfinished message, and large messages to the call's end: they may
/// wait long until they are handled. Small ones are not counted any more when they are complete, since a call
/// such as a lease's keep-alive sends them for weeks.
///
/// Source: grpc/grpc `doc/PROTOCOL-HTTP2.md`.
struct MessageProgress {
    private static let headByteCount = 5
    /// A message with more bytes is large.
    static let smallByteCount = 64 << 10

    private(set) var heldByteCount = 0
    /// What has come of the message under way, with its head.
    private var arrived = 0
    /// The head as far as it has come, as a number.
    private var head: UInt64 = 0

    mutating func receive(_ bytes: ByteBuffer) {
        var bytes = bytes
        while bytes.readableBytes > 0 {
            if self.arrived < Self.headByteCount, let byte = bytes.readInteger(as: UInt8.self) {
                self.head = self.head << 8 | UInt64(byte)
                self.arrived += 1
                self.heldByteCount += 1
            } else {
                let step = min(bytes.readableBytes, self.byteCount - self.arrived)
                bytes.moveReaderIndex(forwardBy: step)
                self.arrived += step
                self.heldByteCount += step
            }
            if self.arrived >= Self.headByteCount, self.arrived == self.byteCount { self.finishMessage() }
        }
    }

    /// Length of the message under way, with its head, once that has come.
    private var byteCount: Int { Self.headByteCount + Int(self.head & 0xFFFF_FFFF) }

    private mutating func finishMessage() {
        if self.arrived <= Self.smallByteCount { self.heldByteCount -= self.arrived }
        self.arrived = 0
        self.head = 0
    }
}
