package import NIOCore

/// How many PINGs of the peer are answered at once before a further one counts as part of a flood.
///
/// grpc-go sends a PING with a burst of data that it reads, to measure the connection, and the next one only
/// after an answer: so never more of them than there were writes to it. Each write of ours earns the peer one
/// PING, and one more for each 16 KiB. On top come ``base`` in ``window``, for keep-alive on a quiet connection.
package struct PingAllowance: Sendable {
    /// PINGs in each ``window`` that need not be earned; swift-nio-http2 allows as many control frames.
    package static let base = 200
    package static let window = TimeAmount.seconds(30)
    /// What can be saved up; a longer burst of answers than this helps nobody.
    package static let limit = 10_000

    private var left: Int
    private var windowStart: NIODeadline

    package init(now: NIODeadline) {
        self.left = Self.base
        self.windowStart = now
    }

    /// Counts a write of `byteCount` bytes to the peer.
    package mutating func earn(byteCount: Int) {
        self.left = min(Self.limit, self.left + 1 + byteCount / 16_384)
    }

    /// Takes one PING from the allowance; false when nothing is left of it.
    package mutating func spend(now: NIODeadline) -> Bool {
        if now - self.windowStart >= Self.window {
            self.windowStart = now
            self.left = max(self.left, Self.base)
        }
        guard self.left > 0 else { return false }
        self.left -= 1
        return true
    }
}
