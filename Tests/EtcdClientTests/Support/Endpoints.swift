import SystemPackage
import TestSupport

@testable import EtcdClient

extension RealEtcd {
    /// Every member's endpoint, in order.
    var endpoints: [EtcdEndpoint] {
        get throws {
            try ConnectionOptions(endpoints: self.plan.members.map(\.clientURL)).parsedEndpoints()
        }
    }

    /// Calls `body` with a client of the first member.
    func withClient<Result: Sendable>(
        _ options: ConnectionOptions = ConnectionOptions(),
        _ body: (EtcdClient) async throws -> Result
    ) async throws -> Result {
        try await EtcdClient.withClient(to: self.endpoints[0], options: options, body)
    }
}

/// Runs `body` with a real etcd of one member.
func withEtcd<Result>(
    _ release: EtcdRelease = .v35,
    _ arguments: String...,
    body: (RealEtcd) async throws -> Result
) async throws -> Result {
    try await withTemporaryDirectory { directory in
        var plan = EtcdPlan(release, in: directory)
        plan.extraArguments = arguments
        return try await withRealEtcd(plan, body)
    }
}

/// A local endpoint that nothing is known of but its port.
func local(_ port: Int, tls: Bool = false, host: String = "127.0.0.1") -> EtcdEndpoint {
    EtcdEndpoint(address: .tcp(host: host, port: port), usesTLS: tls)
}

/// The reason for which connecting to `endpoint` and asking for its status fails; nil when it does not.
func failure(
    _ endpoint: EtcdEndpoint,
    _ options: ConnectionOptions = ConnectionOptions()
) async throws -> EtcdClientError.Reason? {
    await failure {
        _ = try await EtcdClient.withClient(to: endpoint, options: options) { try await $0.status() }
    }
}

/// The reason for which `body` fails; nil when it does not, or fails with another kind of error.
func failure(_ body: () async throws -> Void) async -> EtcdClientError.Reason? {
    do {
        try await body()
        return nil
    } catch let error as EtcdClientError {
        return error.reason
    } catch {
        return .refused("not an EtcdClientError: \(error)")
    }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
