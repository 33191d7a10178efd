import Glibc
import NIOCore
import SystemPackage

/// A socket that listens already, before anything serves it: so that a port in use is known at once.
struct ListeningSocket: Sendable {
    var descriptor: CInt
    /// With the port that was taken.
    var url: ListenURL

    /// How many new connections wait in the kernel until they are accepted.
    static let backlog: CInt = 1024

    /// - Throws: `.hostNotFound`, `.addressInUse`, `.addressNotHere`, `.notAllowed`, `.notASocket`, `.cannotListen`.
    init(_ url: ListenURL) throws(ServerError) {
        let address = try socketAddress(of: url)
        if case .unixSocket(let path) = url.address { try removeAbandoned(path, url) }
        let descriptor = try makeSocket(address, for: url)
        do throws(ServerError) {
            setOption(descriptor, SOL_SOCKET, SO_REUSEADDR)
            // A connection takes its options from the listener as it is at that moment, and one may come at once:
            // with Nagle's algorithm every call on it would take 40 ms.
            if case .tcp = url.address { setOption(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY) }
            let bound = address.withSockAddr { pointer, size in bind(descriptor, pointer, socklen_t(size)) }
            try check(bound, url)
            // Nobody can connect before it listens.
            if case .unixSocket(let path) = url.address { try check(chmod(path, 0o600), url) }
            try check(listen(descriptor, Self.backlog), url)
            self.url = withPort(of: descriptor, url)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    /// Makes the queue of new connections as long as it was: swift-nio listens again, with a queue of 128, when it
    /// takes a socket over.
    func listenAgain() {
        listen(self.descriptor, Self.backlog)
    }

    /// Closes a socket that will not be served.
    func abandon() {
        close(self.descriptor)
        self.removeFile()
    }

    /// Takes away what listening left in the file system.
    func removeFile() {
        if case .unixSocket(let path) = self.url.address { unlink(path) }
    }
}

private func setOption(_ descriptor: CInt, _ level: CInt, _ name: CInt) {
    var one: CInt = 1
    setsockopt(descriptor, level, name, &one, socklen_t(MemoryLayout<CInt>.size))
}

private func socketAddress(of url: ListenURL) throws(ServerError) -> SocketAddress {
    do {
        switch url.address {
        case .unixSocket(let path): return try SocketAddress(unixDomainSocketPath: path)
        case .tcp(let host, let port): return try SocketAddress.makeAddressResolvingHost(host, port: port)
        }
    } catch {
        throw ServerError(.hostNotFound, at: "\(url)")
    }
}

private func makeSocket(_ address: SocketAddress, for url: ListenURL) throws(ServerError) -> CInt {
    let family: CInt =
        switch address {
        case .v4: AF_INET
        case .v6: AF_INET6
        case .unixDomainSocket: AF_UNIX
        }
    let descriptor = socket(family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw failure(Errno(rawValue: errno), url) }
    return descriptor
}

/// Removes a socket file that a server left which has gone.
private func removeAbandoned(_ path: String, _ url: ListenURL) throws(ServerError) {
    guard let type = (try? Stat(path, followTargetSymlink: false))?.type else { return }
    guard type == .socket else { throw ServerError(.notASocket, at: "\(url)") }
    let address = try socketAddress(of: url)
    let probe = try makeSocket(address, for: url)
    defer { close(probe) }
    let answer = address.withSockAddr { pointer, size in connect(probe, pointer, socklen_t(size)) }
    guard answer != 0, errno == ECONNREFUSED else { throw ServerError(.addressInUse, at: "\(url)") }
    unlink(path)
}

/// Throws when a system call has answered that it failed.
private func check(_ result: CInt, _ url: ListenURL) throws(ServerError) {
    if result != 0 { throw failure(Errno(rawValue: errno), url) }
}

private func failure(_ errno: Errno, _ url: ListenURL) -> ServerError {
    switch errno {
    case .addressInUse: ServerError(.addressInUse, at: "\(url)")
    case .addressNotAvailable: ServerError(.addressNotHere, at: "\(url)")
    case .permissionDenied, .notPermitted: ServerError(.notAllowed, at: "\(url)")
    default: ServerError(.cannotListen(errno), at: "\(url)")
    }
}

private func withPort(of descriptor: CInt, _ url: ListenURL) -> ListenURL {
    guard case .tcp(let host, 0) = url.address else { return url }
    var storage = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    _ = withUnsafeMutablePointer(to: &storage) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    // The port has the same place in IPv4's and IPv6's addresses: behind the family's two bytes.
    let port = withUnsafeBytes(of: &storage) {
        UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
    }
    return ListenURL(address: .tcp(host: host, port: Int(port)), usesTLS: url.usesTLS)
}
