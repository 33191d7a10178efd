public import SystemPackage

/// One member of a cluster that is to run: its name, its addresses and where its data lie.
public struct EtcdMember: Sendable {
    public var name: String
    public var clientURL: String
    public var peerURL: String
    /// Absent or empty for a new member; a restored or stopped member's directory otherwise.
    public var dataDirectory: FilePath
}

/// A cluster of real etcd members before it is started.
///
/// A plan exists first because a restore must know the names and peer URLs that the members will have:
/// make a plan, restore to its members' data directories, then run it.
public struct EtcdPlan: Sendable {
    /// Who must show a certificate on the way from clients.
    public enum ClientTLS: Sendable {
        /// Plain http.
        case none
        /// https; clients need no certificate.
        case server
        /// https; clients must show a certificate signed by the authority.
        case mutual
    }

    public var release: EtcdRelease
    public var members: [EtcdMember]
    public var token = "etcd-cluster"
    /// The pair that the members show to clients; ``Certificates/server`` unless a test wants a bad one.
    public var serverPair: CertificatePair?
    /// Added to every member's command line.
    public var extraArguments: [String] = []
    /// False for a cluster whose members cannot become healthy, such as one with an expired certificate.
    public var waitsForHealth = true
    public let clientTLS: ClientTLS
    public let peerTLS: Bool
    public let certificates: Certificates?

    /// Plans members `m1`, `m2`, … on free ports of 127.0.0.1 with data directories `<directory>/m1`, ….
    ///
    /// - Parameters:
    ///   - release: Which etcd.
    ///   - size: How many members.
    ///   - directory: Where the data directories will lie.
    ///   - certificates: Needed when `clientTLS` is not `.none` or `peerTLS` is true.
    ///   - clientTLS: How clients connect.
    ///   - peerTLS: Whether members speak TLS with certificates on both sides between themselves.
    public init(
        _ release: EtcdRelease,
        size: Int = 1,
        in directory: FilePath,
        certificates: Certificates? = nil,
        clientTLS: ClientTLS = .none,
        peerTLS: Bool = false
    ) {
        self.release = release
        self.certificates = certificates
        self.clientTLS = clientTLS
        self.peerTLS = peerTLS
        self.serverPair = certificates?.server
        self.members = (1...size).map { number in
            EtcdMember(
                name: "m\(number)",
                clientURL: "\(clientTLS == .none ? "http" : "https")://127.0.0.1:\(Ports.free())",
                peerURL: "\(peerTLS ? "https" : "http")://127.0.0.1:\(Ports.free())",
                dataDirectory: directory.appending("m\(number)")
            )
        }
    }

    /// `m1=http://127.0.0.1:…,m2=…`, as `--initial-cluster` wants it.
    public var initialCluster: String {
        self.members.map { "\($0.name)=\($0.peerURL)" }.joined(separator: ",")
    }

    /// All client URLs, as `--endpoints` wants them.
    public var endpoints: String {
        self.members.map(\.clientURL).joined(separator: ",")
    }

    /// `--cacert`, `--cert` and `--key` as a client of this cluster needs them; none for plain http.
    public var clientArguments: [String] {
        guard let certificates, self.clientTLS != .none else { return [] }
        let authority = ["--cacert", certificates.authority.string]
        guard self.clientTLS == .mutual else { return authority }
        let client = certificates.client
        return authority + ["--cert", client.certificate.string, "--key", client.key.string]
    }

    /// The command line of one member.
    func arguments(for member: EtcdMember) -> [String] {
        var words = [
            "--name", member.name, "--data-dir", member.dataDirectory.string,
            "--listen-client-urls", member.clientURL, "--advertise-client-urls", member.clientURL,
            "--listen-peer-urls", member.peerURL, "--initial-advertise-peer-urls", member.peerURL,
            "--initial-cluster", self.initialCluster, "--initial-cluster-token", self.token,
            "--logger", "zap", "--log-outputs", "stderr", "--log-level", "warn",
        ]
        if self.clientTLS != .none, let certificates, let pair = self.serverPair {
            words += ["--cert-file", pair.certificate.string, "--key-file", pair.key.string]
            if self.clientTLS == .mutual {
                words += ["--client-cert-auth", "--trusted-ca-file", certificates.authority.string]
            }
        }
        if self.peerTLS, let certificates {
            words += [
                "--peer-cert-file", certificates.server.certificate.string,
                "--peer-key-file", certificates.server.key.string,
                "--peer-client-cert-auth", "--peer-trusted-ca-file", certificates.authority.string,
            ]
        }
        if self.members.count > 1 {
            // With etcd's 100 ms and 1 s the members of a busy machine choose a new leader again and again.
            words += ["--heartbeat-interval", "500", "--election-timeout", "5000"]
        }
        return words + self.extraArguments
    }
}
