import Foundation
import SystemPackage
import TestSupport

@testable import EtcdClient

extension RealEtcd {
    /// Every member's endpoint, in order.
    var endpoints: [EtcdEndpoint] {
        self.plan.members.compactMap { try? EtcdEndpoint(parsing: $0.clientURL, tlsByDefault: false) }
    }

    /// Calls `body` with a client of the first member.
    @discardableResult
    func withClient<Result: Sendable>(
        _ options: ConnectionOptions = patient(),
        _ body: (EtcdClient) async throws -> Result
    ) async throws -> Result {
        try await EtcdClient.withClient(to: self.endpoints[0], options: options, body)
    }
}

/// Runs `body` with a real etcd of one member.
@discardableResult
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
    _ options: ConnectionOptions = patient()
) async -> EtcdClientError.Reason? {
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

/// Options whose time limits a busy machine cannot reach.
func patient(
    caCertificateFile: String? = nil,
    certificateFile: String? = nil,
    keyFile: String? = nil,
    credentials: ConnectionOptions.Credentials? = nil,
    insecureSkipTLSVerify: Bool = false
) -> ConnectionOptions {
    ConnectionOptions(
        caCertificateFile: caCertificateFile,
        certificateFile: certificateFile,
        keyFile: keyFile,
        credentials: credentials,
        insecureSkipTLSVerify: insecureSkipTLSVerify,
        dialTimeout: .seconds(60),
        callTimeout: .seconds(60),
        now: Date()
    )
}
