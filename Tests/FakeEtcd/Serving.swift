public import GRPCCore
public import GRPCNIOTransportHTTP2Posix

/// Serves `services`, on a free port of 127.0.0.1 if nowhere else, while `body` runs.
///
/// - Returns: What `body` returns, which is given the port; 0 for a socket file.
public func withServer<Result: Sendable>(
    _ services: [any RegistrableRPCService],
    at address: GRPCNIOTransportCore.SocketAddress = .ipv4(host: "127.0.0.1", port: 0),
    _ body: @Sendable (Int) async throws -> Result
) async throws -> Result {
    let transport = HTTP2ServerTransport.Posix(address: address, transportSecurity: .plaintext)
    let server = GRPCServer(transport: transport, services: services)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.serve() }
        defer { group.cancelAll() }
        return try await body(try await transport.listeningAddress.ipv4?.port ?? 0)
    }
}
