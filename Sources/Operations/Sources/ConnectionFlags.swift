public import EtcdClient
import FoundationEssentials
import KubernetesCodec

/// How to reach a live etcd, as etcdctl's flags give it.
///
/// A flag wins over its variable. Without an endpoint, the etcd that runs on this machine is found by its
/// configuration; without one of these, it is looked for at 127.0.0.1:2379.
public struct ConnectionFlags: Sendable {
    /// Each may hold several, with commas and perhaps spaces between.
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
    /// How keys are read.
    public var consistency = ConnectionOptions.ReadConsistency.linearizable

    public init() {}

    /// Puts flags, variables and what is found on this machine together.
    ///
    /// - Throws: `SourceError` for a variable that cannot be read, a password without a user, or a local
    ///   configuration that may not be read; `EtcdClientError` for what is not an endpoint; what asking for a
    ///   password throws.
    public func connection(_ context: CallerContext) throws -> EtcdConnection {
        let variables = EtcdctlVariables(context)
        var options = ConnectionOptions(endpoints: [], now: context.now)
        options.endpoints = self.endpoints.isEmpty ? [variables["ENDPOINTS"] ?? ""] : self.endpoints
        options.endpoints = options.endpoints.flatMap { list in
            list.split(separator: ",").map(trimmed).filter { !$0.isEmpty }
        }
        options.consistency = self.consistency
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
        let namesNone = options.endpoints.isEmpty
        let local = namesNone ? try options.useLocalEtcd(below: context.root) : LocalEtcd.Search()
        options.credentials = try EtcdUser(self, variables)?.credentials(context)
        var connection = try EtcdConnection(options)
        connection.leadsToOneMember = local.found != nil
        connection.readInVain = local.found == nil ? local.readInVain : []
        connection.kineFile = local.kineFile
        return connection
    }
}

extension ConnectionOptions {
    /// Fills in what is not given from the configuration of this machine's etcd.
    ///
    /// - Returns: What was found, and what was read in vain.
    fileprivate mutating func useLocalEtcd(below root: String) throws(SourceError) -> LocalEtcd.Search {
        let search: LocalEtcd.Search
        do {
            search = try LocalEtcd.search(root: root)
        } catch {
            throw .localConfiguration(error)
        }
        guard let local = search.found else {
            self.endpoints = ["127.0.0.1:2379"]
            return search
        }
        self.endpoints = local.endpoints
        self.caCertificateFile = self.caCertificateFile ?? local.caCertificateFile
        if self.certificateFile == nil, self.keyFile == nil {
            self.certificateFile = local.certificateFile
            self.keyFile = local.keyFile
        }
        return search
    }
}

/// The `ETCDCTL_…` variables of the environment; an empty one counts as not set, as for etcdctl.
struct EtcdctlVariables {
    private let context: CallerContext

    init(_ context: CallerContext) {
        self.context = context
    }

    /// The value of `ETCDCTL_<name>`; nil when it is not set or empty.
    subscript(name: String) -> String? { self.context.variable("ETCDCTL_\(name)") }

    /// What Go's `strconv.ParseBool` takes.
    func isTrue(_ name: String) throws(SourceError) -> Bool {
        switch self[name] {
        case "1", "t", "T", "true", "True", "TRUE": true
        case nil, "0", "f", "F", "false", "False", "FALSE": false
        case .some: throw .variableIsNotBoolean("ETCDCTL_\(name)")
        }
    }

    /// A time of more than 0, as Go writes it.
    func duration(_ name: String) throws(SourceError) -> Duration? {
        guard let text = self[name] else { return nil }
        guard let nanoseconds = goDuration(text), nanoseconds > 0 else {
            throw .variableIsNotDuration("ETCDCTL_\(name)")
        }
        return .nanoseconds(nanoseconds)
    }
}

/// A text without the space around it.
func trimmed(_ text: Substring) -> String {
    let beginning = text.drop(while: \.isWhitespace)
    guard let last = beginning.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(beginning[...last])
}
