import GRPCCore
import NIOCore
import NIOSSL

/// One connection to one etcd member, and the calls that Registree makes on it.
///
/// A client lives inside ``withClient(to:options:_:)``. Its calls may run side by side. Every call throws
/// ``EtcdClientError``, or `CancellationError` when its task is cancelled. A connection that breaks stays
/// broken: whoever wants another asks for another client.
public struct EtcdClient: Sendable {
    public let endpoint: EtcdEndpoint
    let calls: Calls

    /// Connects to `endpoint`, calls `body` with the client, and closes the connection.
    ///
    /// When credentials are given the user is authenticated before `body` runs; on an etcd whose
    /// authentication is off they are not needed and not used.
    ///
    /// - Parameters:
    ///   - endpoint: One of ``ConnectionOptions/parsedEndpoints()``.
    ///   - options: Files, credentials and time limits.
    ///   - body: What to do; its error is passed on unchanged.
    /// - Returns: What `body` returns.
    /// - Throws: ``EtcdClientError`` for files that cannot be used and every way in which connecting fails.
    @discardableResult
    public static func withClient<Result: Sendable>(
        to endpoint: EtcdEndpoint,
        options: ConnectionOptions,
        _ body: (EtcdClient) async throws -> Result
    ) async throws -> Result {
        let material = endpoint.usesTLS ? try TLSMaterial(options) : nil
        let (transport, channel) = try await connect(to: endpoint, options: options, material)
        do {
            let result = try await withGRPCClient(transport: transport) { grpc in
                let calls = Calls(grpc: grpc, endpoint: endpoint, options: options)
                let client = EtcdClient(endpoint: endpoint, calls: calls)
                try await client.namingLostQuorum { try await calls.authenticate() }
                return try await body(client)
            }
            try? await channel.close().get()
            return result
        } catch {
            try? await channel.close().get()
            throw error
        }
    }
}

private func connect(
    to endpoint: EtcdEndpoint,
    options: ConnectionOptions,
    _ material: TLSMaterial?
) async throws -> (transport: Transport, channel: any Channel) {
    let connection = Connection(
        endpoint: endpoint,
        security: material.map { .tls($0.context) } ?? .plaintext,
        timeout: options.dialTimeout
    )
    do {
        return try await connection.open()
    } catch {
        try Task.checkCancellation()
        let diagnosis = Diagnosis(
            connection: connection,
            caFile: options.caCertificateFile,
            authorities: material?.authorities ?? [],
            givesClientCertificate: material?.identity != nil,
            now: options.now
        )
        throw EtcdClientError(await diagnosis.reason(for: error), at: endpoint)
    }
}
