public import EtcdClient
import EtcdStorage
import FoundationEssentials

/// A real etcd, started on the restored directory.
///
/// It listens on sockets in a directory that only this user can enter, so that nobody else on the machine can
/// read what was restored.
public struct EtcdProgram: RehearsalServer {
    /// The program's file.
    public var path: String
    /// How long it may take to come up.
    public var startTimeout = Duration.seconds(120)

    public init(path: String) {
        self.path = path
    }

    public var program: RehearsalProgram { .etcd }
    public var enforcesUsers: Bool { true }
    public var writesToDirectory: Bool { true }

    /// etcd wants what looks like a host and a port and takes it for a file's name.
    private static let clientSocket = "client:1"
    private static let peerSocket = "peer:1"

    public func serve<Result: Sendable>(
        _ directory: String,
        knownAs restored: RestoredDatabase?,
        as member: RestoredMember,
        isReadOnly: Bool,
        in place: String,
        spool: String,
        _ body: (EtcdEndpoint) async throws -> Result
    ) async throws -> Result {
        let program = try ChildProgram(
            self.path,
            self.arguments(directory, member),
            in: place,
            logPath: "\(place)/etcd.log"
        )
        let socket = "\(place)/\(Self.clientSocket)"
        let endpoint = EtcdEndpoint(address: .unixSocket(path: socket), usesTLS: false)
        do {
            try await self.waitUntilReady(endpoint, program)
            let result = try await body(endpoint)
            await program.end()
            return result
        } catch {
            let isRunning = program.isRunning
            let line = program.lastLogLine
            await program.end(timeout: .zero)
            if error is EtcdClientError, !isRunning {
                throw RehearsalServerError.ended(.etcd, lastLogLine: line)
            }
            throw error
        }
    }

    private func arguments(_ directory: String, _ member: RestoredMember) -> [String] {
        let urls = member.member.peerURLs.map { "\($0)" }.joined(separator: ",")
        return [
            "--name", member.member.name, "--data-dir", directory,
            "--listen-client-urls", "unix://\(Self.clientSocket)",
            "--advertise-client-urls", "unix://\(Self.clientSocket)",
            "--listen-peer-urls", "unix://\(Self.peerSocket)",
            "--initial-advertise-peer-urls", urls,
            "--initial-cluster", "\(member.member.name)=\(urls)",
            // Larger than etcd's own default, which a large snapshot might exceed.
            "--quota-backend-bytes", "\(64 << 30)",
            "--logger", "zap", "--log-level", "warn",
        ]
    }

    /// Asks for its status until it names a leader; that needs no user.
    private func waitUntilReady(_ endpoint: EtcdEndpoint, _ program: ChildProgram) async throws {
        let deadline = ContinuousClock.now + self.startTimeout
        var options = ConnectionOptions()
        options.callTimeout = .seconds(5)
        while true {
            guard program.isRunning else {
                throw RehearsalServerError.doesNotStart(.etcd, lastLogLine: program.lastLogLine)
            }
            let status = try? await EtcdClient.withClient(to: endpoint, options: options) { client in
                try await client.status()
            }
            if status?.leader != nil { return }
            try Task.checkCancellation()
            guard ContinuousClock.now < deadline else {
                throw RehearsalServerError.notReady(
                    .etcd,
                    after: self.startTimeout,
                    lastLogLine: program.lastLogLine
                )
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
