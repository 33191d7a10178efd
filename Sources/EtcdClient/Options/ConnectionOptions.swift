public import struct Foundation.Date

/// How to reach etcd: etcdctl's connection flags as values.
public struct ConnectionOptions: Hashable, Sendable {
    /// A user of etcd's own authentication.
    public struct Credentials: Hashable, Sendable {
        public var user: String
        public var password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    /// As written by a person, one endpoint each.
    public var endpoints: [String]
    /// PEM file with the certificates that may sign a server's; nil: those that the system trusts.
    public var caCertificateFile: String?
    /// PEM file with the client's certificate, followed by those that signed it.
    public var certificateFile: String?
    /// PEM file with the client's private key, not encrypted.
    public var keyFile: String?
    public var credentials: Credentials?
    /// Accept any server certificate.
    public var insecureSkipTLSVerify: Bool
    /// For connecting: TCP, TLS and the first answer together.
    public var dialTimeout: Duration
    /// For a single call once connected.
    public var callTimeout: Duration
    /// How keys are read.
    public var consistency = ReadConsistency.linearizable
    /// What time it is, to say of a refused certificate that it has expired or is not yet valid.
    ///
    /// Without it only the certificate's dates are told. TLS itself goes by the system's clock, not by this.
    public var now: Date?

    public init(
        endpoints: [String] = ["127.0.0.1:2379"],
        caCertificateFile: String? = nil,
        certificateFile: String? = nil,
        keyFile: String? = nil,
        credentials: Credentials? = nil,
        insecureSkipTLSVerify: Bool = false,
        dialTimeout: Duration = .seconds(2),
        callTimeout: Duration = .seconds(10),
        now: Date? = nil
    ) {
        self.endpoints = endpoints
        self.caCertificateFile = caCertificateFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.credentials = credentials
        self.insecureSkipTLSVerify = insecureSkipTLSVerify
        self.dialTimeout = dialTimeout
        self.callTimeout = callTimeout
        self.now = now
    }

    /// etcdctl's `--consistency`.
    ///
    /// Source: etcd-io/etcd `api/etcdserverpb/rpc.proto`, `message RangeRequest`, `serializable`.
    public enum ReadConsistency: String, Hashable, Sendable, CaseIterable {
        /// As the whole cluster agrees; needs a majority of its members.
        case linearizable = "l"
        /// As the one member that is asked has them, perhaps behind the others.
        case serializable = "s"
    }

    var anyTLSOption: Bool {
        self.caCertificateFile != nil || self.certificateFile != nil || self.keyFile != nil
            || self.insecureSkipTLSVerify
    }

    var anyClientCredential: Bool {
        self.certificateFile != nil || self.keyFile != nil || self.credentials != nil
    }
}

/// Something about a connection that a person should be told and that does not stop it.
public enum ConnectionWarning: Hashable, Sendable {
    /// What is read there crosses a network unencrypted.
    case plaintextBeyondThisMachine(EtcdEndpoint)
    /// Whoever answers is believed.
    case serverNotVerified
    /// Other users of this machine can read the private key.
    case keyReadableByOthers(path: String)
}

extension ConnectionOptions {
    /// The endpoints, parsed, in the order given and each once.
    ///
    /// - Throws: `.noEndpoints`, `.badEndpoint`, or `.credentialsOverPlaintext` for an http endpoint beyond this
    ///   machine when a client certificate or a user is given.
    public func parsedEndpoints() throws(EtcdClientError) -> [EtcdEndpoint] {
        var parsed: [EtcdEndpoint] = []
        for text in self.endpoints where !text.isEmpty {
            let endpoint = try EtcdEndpoint(parsing: text, tlsByDefault: self.anyTLSOption)
            guard endpoint.usesTLS || endpoint.isLocal || !self.anyClientCredential else {
                throw EtcdClientError(.credentialsOverPlaintext, endpoint: endpoint.description)
            }
            if !parsed.contains(endpoint) { parsed.append(endpoint) }
        }
        guard !parsed.isEmpty else { throw EtcdClientError(.noEndpoints, endpoint: "--endpoints") }
        return parsed
    }

    /// What to tell a person before connecting to `endpoints`.
    public func warnings(for endpoints: [EtcdEndpoint]) -> [ConnectionWarning] {
        var warnings = endpoints.filter { !$0.usesTLS && !$0.isLocal }
            .map(ConnectionWarning.plaintextBeyondThisMachine)
        if self.insecureSkipTLSVerify, endpoints.contains(where: \.usesTLS) {
            warnings.append(.serverNotVerified)
        }
        if let keyFile, othersCanRead(keyFile) { warnings.append(.keyReadableByOthers(path: keyFile)) }
        return warnings
    }
}
