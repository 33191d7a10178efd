import EtcdClient
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Operations

/// Which of several endpoints is asked.
struct EtcdConnectionTests {
    @Test func asksTheNextWhenOneAcceptsAndNeverAnswers() async throws {
        try await withTemporaryDirectory { directory in
            let frozen = directory.appending("frozen").string
            let listening = try listen(at: frozen)
            defer { close(listening) }
            let options = ConnectionOptions(
                endpoints: ["unix://\(frozen)", "unix://\(directory)/absent"],
                dialTimeout: .milliseconds(300)
            )
            let connection = try EtcdConnection(options)
            let absent = connection.endpoints[1].description
            await #expect(throws: EtcdClientError(.noSuchSocket, endpoint: absent)) {
                try await connection.withClient { _ in }
            }
        }
    }
}

/// Listens at a socket file and never takes a connection, which the kernel accepts all the same.
private func listen(at path: String) throws -> Int32 {
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw Errno(rawValue: errno) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    let bound = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
    guard bound == 0, Glibc.listen(socket, 8) == 0 else {
        let error = Errno(rawValue: errno)
        close(socket)
        throw error
    }
    return socket
}
