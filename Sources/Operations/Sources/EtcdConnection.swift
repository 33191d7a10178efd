public import EtcdClient

/// Whom to connect to, and how.
public struct EtcdConnection: Sendable {
    /// Members of one cluster, in the order in which they are tried.
    public var endpoints: [EtcdEndpoint]
    public var options: ConnectionOptions
    /// Whether the endpoints are the addresses of one member, the one on this machine.
    public var leadsToOneMember = false
    /// Manifests of this machine's etcd that were read and did not say how to reach it.
    public var readInVain: [String] = []
    /// Where this machine keeps its objects when it has no etcd of its own.
    public var kineFile: String?

    /// - Throws: `EtcdClientError` when the options name no endpoint, or one that cannot be used.
    public init(_ options: ConnectionOptions) throws(EtcdClientError) {
        self.endpoints = try options.parsedEndpoints()
        self.options = options
    }

    /// What to tell a person before connecting.
    public var notes: [SourceNote] {
        self.readInVain.map { .manifestWithoutEtcd(path: $0) }
            + (self.kineFile.map { [.kineHere(path: $0)] } ?? [])
            + self.options.warnings(for: self.endpoints).map(SourceNote.connection)
    }

    /// Connects to the first endpoint that can be reached and calls `body` once with the client.
    ///
    /// The next endpoint is asked only when one cannot be reached; what a member refuses, it refuses.
    ///
    /// - Throws: `EtcdClientError` of the last endpoint; what `body` throws.
    public func withClient<Result: Sendable>(
        _ body: (EtcdClient) async throws -> Result
    ) async throws -> Result {
        var failure: (any Error)?
        for endpoint in self.endpoints {
            do {
                return try await EtcdClient.withClient(to: endpoint, options: self.options, body)
            } catch let error as EtcdClientError where error.isBeforeAnyRequest {
                failure = error
            }
        }
        throw failure ?? EtcdClientError(.noEndpoints, endpoint: "--endpoints")
    }
}
