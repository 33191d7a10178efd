import Glibc

/// HTTP/2 by hand, for clients that do what a library keeps them from.
public enum RawHTTP2 {
    /// The preface and empty settings.
    public static let greeting =
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(type: 4, stream: 0, [])

    public static func frame(type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        [
            UInt8(payload.count >> 16 & 0xFF), UInt8(payload.count >> 8 & 0xFF), UInt8(payload.count & 0xFF),
            type, flags,
        ]
            + withUnsafeBytes(of: stream.bigEndian) { Array($0) } + payload
    }

    /// The headers of a call that goes on.
    public static func headers(stream: UInt32, path: String) -> [UInt8] {
        let fields = [
            (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "localhost"),
            ("te", "trailers"), ("content-type", "application/grpc"),
        ]
        var block: [UInt8] = []
        for (name, value) in fields { block += [0] + string(name) + string(value) }
        return frame(type: 1, flags: 4, stream: stream, block)
    }

    /// A ping that asks for an answer.
    public static let ping = frame(type: 6, stream: 0, [1, 2, 3, 4, 5, 6, 7, 8])

    /// Whether the answer to ``ping`` is among what has come on the connection and was not looked at before.
    ///
    /// - Throws: ``ProgramError`` when the other side has closed it.
    public static func hasAnsweredPing(_ socket: CInt) throws -> Bool {
        let answer = frame(type: 6, flags: 1, stream: 0, [1, 2, 3, 4, 5, 6, 7, 8])
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        // Looked at without being taken: the answer may have come by half.
        let count = recv(socket, &bytes, bytes.count, CInt(MSG_DONTWAIT) | CInt(MSG_PEEK))
        if count == 0 { throw ProgramError("the connection was closed before the ping was answered") }
        return count > 0 && bytes[..<count].contains(answer)
    }

    /// The first `sent` bytes of a message that says it has `length`, in frames.
    public static func message(stream: UInt32, length: Int, sent: Int) -> [UInt8] {
        let message =
            [0] + withUnsafeBytes(of: UInt32(length).bigEndian) { Array($0) }
            + [UInt8](repeating: 0, count: sent)
        return stride(from: 0, to: message.count, by: 16_384).flatMap { start in
            frame(type: 0, stream: stream, Array(message[start..<min(start + 16_384, message.count)]))
        }
    }

    /// A connection that has sent what the kernel took at once; below 0 when it is refused.
    public static func connect(to port: Int, sending bytes: [UInt8]) -> CInt {
        let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connectSocket(socket, $0, size) }
        }
        guard result == 0 else {
            close(socket)
            return -1
        }
        _ = send(socket, bytes, bytes.count, flags)
        return socket
    }

    private static func string(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
}

private func connectSocket(_ socket: CInt, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> CInt {
    connect(socket, address, size)
}
