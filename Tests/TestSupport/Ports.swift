import Glibc
import Synchronization

/// Hands out TCP ports of 127.0.0.1 on which nothing listens.
public enum Ports {
    /// Below the range from which the kernel takes the source ports of outgoing connections,
    /// so that no connection can grab a port between its choice and its use.
    private static let range: Range<UInt16> = 20000..<32000

    private static let next = Mutex(UInt16.random(in: range))

    /// A port that is free now, and that no process with these tests has handed out and may still use.
    public static func free() -> UInt16 {
        self.next.withLock { candidate in
            while true {
                candidate = candidate + 1 < self.range.upperBound ? candidate + 1 : self.range.lowerBound
                if self.canBind(candidate), self.reserve(candidate) { return candidate }
            }
        }
    }

    /// Takes a name for the port that one process at a time can have, until this process ends.
    ///
    /// The name is an abstract socket's: it lies in no directory, and is the network namespace's like the port.
    private static func reserve(_ port: UInt16) -> Bool {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array("\0registree-port-\(port)".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let size = MemoryLayout<sa_family_t>.size + name.count
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(size))
            }
        }
        if result != 0 { close(socket) }
        return result == 0
    }

    private static func canBind(_ port: UInt16) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
