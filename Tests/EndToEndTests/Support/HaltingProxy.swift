import Foundation
import Glibc
import Synchronization
import SystemPackage
import TestSupport

/// Stands between a client and a server of this machine, and passes on no more than the first bytes of what the
/// server sends on a connection: so a stream stands still in its middle, however fast both are.
final class HaltingProxy: Sendable {
    private struct State {
        var isHalted = false
        var isOpen = false
        var sockets: [CInt] = []
    }

    /// Where clients reach it.
    let endpoint: String
    private let listener: CInt
    private let serverPort: UInt16
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - endpoint: The server's URL, `http://127.0.0.1:…`.
    ///   - limit: How many bytes of the server's are passed on, on each connection.
    /// - Throws: `Errno` when it cannot listen.
    init(to endpoint: String, passing limit: Int) throws {
        guard let port = endpoint.split(separator: ":").last.flatMap({ UInt16($0) }) else {
            throw ProgramError("no port in \(endpoint)")
        }
        self.serverPort = port
        self.limit = limit
        self.listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        let own = try listen(on: self.listener)
        self.endpoint = "http://127.0.0.1:\(own)"
        Thread.detachNewThread { [self] in self.acceptAll() }
    }

    /// Whether a connection stands still.
    var isHalted: Bool { self.state.withLock(\.isHalted) }

    /// Passes on everything from now on.
    func open() {
        self.state.withLock { $0.isOpen = true }
    }

    /// Ends all connections, and takes no more.
    func close() {
        let sockets = self.state.withLock { state in
            defer { state.sockets = [] }
            return state.sockets
        }
        for socket in [self.listener] + sockets { shutdown(socket, CInt(SHUT_RDWR)) }
    }

    private func acceptAll() {
        defer { Glibc.close(self.listener) }
        while case let client = accept(self.listener, nil, nil), client >= 0 {
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            let server = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            guard connect(server, to: self.serverPort) else {
                Glibc.close(server)
                Glibc.close(client)
                continue
            }
            self.state.withLock { $0.sockets += [client, server] }
            Thread.detachNewThread { self.copy(from: client, to: server, limit: .max) }
            Thread.detachNewThread { self.copy(from: server, to: client, limit: self.limit) }
        }
    }

    /// Both ends stay open descriptors until the process ends: a number that is used again could be closed twice.
    private func copy(from source: CInt, to destination: CInt, limit: Int) {
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        var left = limit
        while true {
            if left == 0 {
                guard self.waitUntilOpen(source) else { break }
                left = .max
            }
            let count = recv(source, &buffer, min(buffer.count, left), 0)
            guard count > 0, sendAll(buffer[..<count], to: destination) else { break }
            left -= count
        }
        shutdown(destination, CInt(SHUT_WR))
    }

    /// False when the connection was ended.
    private func waitUntilOpen(_ socket: CInt) -> Bool {
        self.state.withLock { $0.isHalted = true }
        while true {
            let (isOpen, isEnded) = self.state.withLock { ($0.isOpen, !$0.sockets.contains(socket)) }
            if isOpen || isEnded { return isOpen }
            usleep(10_000)
        }
    }
}

/// - Returns: The port that was free.
private func listen(on socket: CInt) throws -> UInt16 {
    var address = loopback(port: 0)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    var length = size
    let result = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(socket, $0, size) == 0 && Glibc.listen(socket, 16) == 0
                && getsockname(socket, $0, &length) == 0
        }
    }
    guard result else { throw Errno(rawValue: errno) }
    return UInt16(bigEndian: address.sin_port)
}

private func connect(_ socket: CInt, to port: UInt16) -> Bool {
    var address = loopback(port: port)
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

private func loopback(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
}

private func sendAll(_ bytes: ArraySlice<UInt8>, to socket: CInt) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
    }
    return true
}
