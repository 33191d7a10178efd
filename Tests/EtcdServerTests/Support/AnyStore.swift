import EtcdServer
import EtcdStore
import TestSupport
import Testing

/// Who is tested: the bundled store, or, to show that the test is right, a real etcd.
enum AnyStore: String, CaseIterable, CustomTestStringConvertible {
    case bundled = "bundled store"
    case etcd = "etcd 3.5"

    var testDescription: String { self.rawValue }

    /// Serves an empty store while `body` runs, which is given its endpoint.
    ///
    /// - Parameters:
    ///   - progressInterval: How often a quiet watch that asks for it hears how far it is.
    ///   - quotaBackendBytes: etcd's flag of that name.
    ///   - body: What to do meanwhile.
    /// - Throws: What `body` throws, and when it cannot be served.
    func serve(
        progressInterval: Duration = .seconds(600),
        quotaBackendBytes: Int64 = -1,
        _ body: @escaping @Sendable (String) async throws -> Void
    ) async throws {
        switch self {
        case .bundled:
            var options = ServerOptions()
            options.watchProgressInterval = progressInterval
            let store = Store(identity: .alone, quota: StorageQuota(backendBytes: quotaBackendBytes))
            try await withServed(store, options: options) { served in
                try await body("http://127.0.0.1:\(served.port)")
            }
        case .etcd:
            try await withTemporaryDirectory { directory in
                var plan = EtcdPlan(.v35, in: directory)
                let interval = "\(progressInterval / .milliseconds(1))ms"
                plan.extraArguments = [
                    "--unsafe-no-fsync", "--experimental-watch-progress-notify-interval", interval,
                    "--quota-backend-bytes=\(quotaBackendBytes)",
                ]
                try await withRealEtcd(plan) { etcd in
                    let endpoint = etcd.endpoint
                    try await body(endpoint)
                }
            }
        }
    }
}
