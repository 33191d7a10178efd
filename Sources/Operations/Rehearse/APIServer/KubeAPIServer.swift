import EtcdClient
import Files
import FoundationEssentials
import KubernetesClient
import NIOCore
import NIOPosix

/// A kube-apiserver, started on whatever serves the restored directory.
///
/// It reaches its store by a socket that only this user can reach, and is reached on 127.0.0.1 with certificates
/// made for the occasion. It writes what every API server writes when it starts, to the restored store alone.
public struct KubeAPIServer: Sendable {
    /// The program's file.
    public var path: String
    /// What `--encryption-provider-config` names.
    public var encryptionConfigurationPath: String?
    /// How long it may take to come up; with 317,000 objects it takes two minutes on two cores.
    public var startTimeout = Duration.seconds(600)

    public init(path: String, encryptionConfigurationPath: String? = nil) {
        self.path = path
        self.encryptionConfigurationPath = encryptionConfigurationPath
    }

    /// What it must be told of its store.
    struct Settings {
        /// `/registry`.
        var etcdPrefix: String
        var ranges: ServiceRanges
        /// The time now.
        var date: Date
    }

    /// Starts it, calls `body` once it is ready, and ends it.
    ///
    /// - Parameters:
    ///   - store: A socket that answers as etcd.
    ///   - settings: What the store says of itself.
    ///   - place: A directory for certificates, mode 0700.
    ///   - logPath: Where its output goes; a number is added.
    ///   - body: What to ask it.
    /// - Returns: What `body` returns.
    /// - Throws: ``RehearsalServerError`` when it does not become ready; what `body` throws.
    func serve<Result>(
        _ store: EtcdEndpoint,
        _ settings: Settings,
        in place: String,
        logPath: String,
        _ body: (APIServerClient) async throws -> Result
    ) async throws -> Result {
        let certificates = try ThrowAwayCertificates(at: settings.date)
        try certificates.write(to: place)
        for attempt in 1..<Self.maxAttempts {
            do {
                return try await self.serve(attempt, store, settings, certificates, in: place, logPath, body)
            } catch is PortTaken {
                continue
            }
        }
        return try await self.serve(Self.maxAttempts, store, settings, certificates, in: place, logPath, body)
    }

    /// How many ports are tried: somebody may take the one that was free a moment ago.
    private static let maxAttempts = 3

    private struct PortTaken: Error {}

    private func serve<Result>(
        _ attempt: Int,
        _ store: EtcdEndpoint,
        _ settings: Settings,
        _ certificates: ThrowAwayCertificates,
        in place: String,
        _ logPath: String,
        _ body: (APIServerClient) async throws -> Result
    ) async throws -> Result {
        let port = try await freePort()
        let program = try ChildProgram(
            self.path,
            self.arguments(store, settings, in: place, port: port),
            in: place,
            logPath: "\(logPath)-\(attempt)"
        )
        do {
            let base = "https://127.0.0.1:\(port)"
            let result = try await APIServerClient.withClient(to: base, trust: certificates.trust) { client in
                try await self.waitUntilReady(client, program)
                return try await body(client)
            }
            await program.end()
            return result
        } catch {
            let isRunning = program.isRunning
            let line = program.lastLogLine
            await program.end(timeout: .zero)
            if !isRunning, line?.contains("address already in use") == true, attempt < Self.maxAttempts {
                throw PortTaken()
            }
            if error is APIServerError, !isRunning {
                throw RehearsalServerError.ended(.kubeAPIServer, lastLogLine: line)
            }
            throw error
        }
    }

    private func arguments(
        _ store: EtcdEndpoint,
        _ settings: Settings,
        in place: String,
        port: Int
    ) -> [String] {
        var arguments = [
            "--etcd-servers=\(store)", "--etcd-prefix=\(settings.etcdPrefix)",
            // Nothing but what it does at its start is to be written.
            "--etcd-compaction-interval=0", "--endpoint-reconciler-type=none",
            "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port=\(port)",
            "--cert-dir=\(place)", "--tls-cert-file=\(place)/server.pem",
            "--tls-private-key-file=\(place)/server.key", "--client-ca-file=\(place)/authority.pem",
            "--anonymous-auth=false", "--authorization-mode=AlwaysAllow",
            "--service-account-issuer=https://rehearsal.invalid",
            "--service-account-key-file=\(place)/token.pub",
            "--service-account-signing-key-file=\(place)/token.key",
            "--service-cluster-ip-range=\(settings.ranges.addresses)",
            "--service-node-port-range=\(settings.ranges.nodePorts)",
            // Versions that are off by default may have been on where the file comes from.
            "--runtime-config=api/all=true",
            // What answers them lives in the cluster, which is not here.
            "--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook",
            "--profiling=false",
        ]
        if let path = self.encryptionConfigurationPath {
            arguments.append("--encryption-provider-config=\(path)")
        }
        return arguments
    }

    private func waitUntilReady(_ client: APIServerClient, _ program: ChildProgram) async throws {
        let deadline = ContinuousClock.now + self.startTimeout
        var answer = ""
        while true {
            guard program.isRunning else {
                throw RehearsalServerError.doesNotStart(
                    .kubeAPIServer,
                    lastLogLine: program.lastLogLine
                )
            }
            if let (status, text) = try? await client.text(at: "/readyz?verbose") {
                if status == 200 { return }
                answer = text
            }
            try Task.checkCancellation()
            guard ContinuousClock.now < deadline else {
                throw self.notReady(answer, program)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Says which of its checks fail; `/readyz?verbose` answers a line for each, `[-]name …` for one that fails.
    private func notReady(_ answer: String, _ program: ChildProgram) -> RehearsalServerError {
        let failing = answer.split(separator: "\n").filter { $0.hasPrefix("[-]") }
            .map { String($0.dropFirst(3).prefix { $0 != " " }) }
        return failing.isEmpty
            ? .notReady(.kubeAPIServer, after: self.startTimeout, lastLogLine: program.lastLogLine)
            : .checksFail(names: failing, after: self.startTimeout)
    }
}

extension ThrowAwayCertificates {
    fileprivate var trust: APIServerClient.Trust {
        APIServerClient.Trust(
            authority: self.authority,
            certificate: self.client.certificate,
            privateKey: self.client.privateKey
        )
    }

    /// Writes what the server reads: each file with mode 0600.
    fileprivate func write(to directory: String) throws(FileError) {
        let texts = [
            ("authority.pem", self.authority), ("server.pem", self.server.certificate),
            ("server.key", self.server.privateKey), ("token.key", self.tokenKey.privateKey),
            ("token.pub", self.tokenKey.publicKey),
        ]
        for (name, text) in texts {
            let file = try OutputFile(creating: "\(directory)/\(name)")
            try file.append(Array(text.utf8))
            try file.close()
        }
    }
}

/// A port of 127.0.0.1 that nobody listens on right now.
private func freePort() async throws -> Int {
    let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .bind(host: "127.0.0.1", port: 0).get()
    let port = listener.localAddress?.port
    try await listener.close()
    guard let port else { throw RehearsalServerError.noFreePort }
    return port
}
