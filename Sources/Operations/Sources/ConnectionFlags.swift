import EtcdClient

/// How to reach a live etcd, as etcdctl's flags say it.
///
/// A flag wins over its variable. Without an endpoint, the etcd that runs on this machine is found by its
/// configuration; without one of these, it is looked for at 127.0.0.1:2379.
public struct ConnectionFlags: Sendable {
    /// Each may hold several, with commas between.
    public var endpoints: [String] = []
    public var caCertificateFile: String?
    public var certificateFile: String?
    public var keyFile: String?
    /// `name` or `name:password`.
    public var user: String?
    public var password: String?
    /// The file whose first line is the password.
    public var passwordFile: String?
    public var insecureSkipTLSVerify = false
    /// How long connecting may take.
    public var dialTimeout: Duration?
    /// How long one request may take.
    public var commandTimeout: Duration?

    public init() {}

    /// Puts flags, variables and what is found on this machine together.
    ///
    /// - Throws: `SourceError` for a variable that cannot be read, a password without a user, or a local
    ///   configuration that may not be read; `EtcdClientError` for endpoints that are none; what asking for a
    ///   password throws.
    public func connection(_ context: CallerContext) throws -> EtcdConnection {
        let variables = EtcdctlVariables(context)
        var options = ConnectionOptions(endpoints: [], now: context.now)
        options.endpoints = self.endpoints.isEmpty ? [variables["ENDPOINTS"] ?? ""] : self.endpoints
        options.endpoints = options.endpoints.flatMap { $0.split(separator: ",").map(String.init) }
        options.caCertificateFile = self.caCertificateFile ?? variables["CACERT"]
        options.certificateFile = self.certificateFile ?? variables["CERT"]
        options.keyFile = self.keyFile ?? variables["KEY"]
        options.insecureSkipTLSVerify =
            try self.insecureSkipTLSVerify || variables.isTrue("INSECURE_SKIP_TLS_VERIFY")
        if let limit = try self.dialTimeout ?? variables.duration("DIAL_TIMEOUT") {
            options.dialTimeout = limit
        }
        if let limit = try self.commandTimeout ?? variables.duration("COMMAND_TIMEOUT") {
            options.callTimeout = limit
        }
        if options.endpoints.isEmpty { try options.useLocalEtcd(below: context.root) }
        options.credentials = try EtcdUser(self, variables)?.credentials(context)
        return try EtcdConnection(options)
    }
}

extension ConnectionOptions {
    /// Fills in what is not given from the configuration of this machine's etcd.
    fileprivate mutating func useLocalEtcd(below root: String) throws(SourceError) {
        let found: LocalEtcd?
        do {
            found = try LocalEtcd.find(root: root)
        } catch {
            throw .localConfiguration(error)
        }
        guard let local = found else {
            self.endpoints = ["127.0.0.1:2379"]
            return
        }
        self.endpoints = local.endpoints
        self.caCertificateFile = self.caCertificateFile ?? local.caCertificateFile
        if self.certificateFile == nil, self.keyFile == nil {
            self.certificateFile = local.certificateFile
            self.keyFile = local.keyFile
        }
    }
}
