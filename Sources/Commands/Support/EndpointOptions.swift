import ArgumentParser
import EtcdClient
import Files
import Foundation
import Operations

/// How to reach a live etcd: etcdctl's flags and variables, with their meanings there.
///
/// A flag wins over its variable. Without an endpoint, the etcd that runs on this machine is found by its
/// configuration; without one of these, it is looked for at 127.0.0.1:2379.
struct EndpointOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The members of one cluster, with commas between ($ETCDCTL_ENDPOINTS; default: the etcd of this "
                + "control plane, or 127.0.0.1:2379).",
            valueName: "urls"
        )
    )
    var endpoints: [String] = []

    @Option(
        help: ArgumentHelp("CA certificates that may sign the server's ($ETCDCTL_CACERT).", valueName: "file")
    )
    var cacert: String?

    @Option(help: ArgumentHelp("The client's certificate ($ETCDCTL_CERT).", valueName: "file"))
    var cert: String?

    @Option(help: ArgumentHelp("The client's private key ($ETCDCTL_KEY).", valueName: "file"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "User of etcd's authentication ($ETCDCTL_USER); asks for the password when none is given.",
            valueName: "name[:password]"
        )
    )
    var user: String?

    @Option(
        help: ArgumentHelp(
            "The user's password. Other users of this machine can see a command line: "
                + "$ETCDCTL_PASSWORD or --password-file is better.",
            valueName: "text"
        )
    )
    var password: String?

    @Option(help: ArgumentHelp("File whose first line is the password.", valueName: "file"))
    var passwordFile: String?

    @Flag(
        help: "Accept any certificate of the server: insecure, for tests ($ETCDCTL_INSECURE_SKIP_TLS_VERIFY)."
    )
    var insecureSkipTlsVerify = false

    @Option(
        help: ArgumentHelp(
            "How long connecting may take, such as 2s ($ETCDCTL_DIAL_TIMEOUT).",
            valueName: "time"
        )
    )
    var dialTimeout: GoDuration?

    @Option(
        help: ArgumentHelp(
            "How long one request may take, such as 10s ($ETCDCTL_COMMAND_TIMEOUT).",
            valueName: "time"
        )
    )
    var commandTimeout: GoDuration?

    /// Whether the command line itself names a live etcd.
    var areGiven: Bool { !self.endpoints.isEmpty }

    /// Whether this machine has the configuration of an etcd, also one that may not be read.
    var areFoundHere: Bool {
        do {
            return try LocalEtcd.find() != nil
        } catch {
            return true
        }
    }

    /// Connects to the first endpoint that can be reached and calls `body` once with the client.
    func withClient<Result: Sendable>(_ body: (EtcdClient) async throws -> Result) async throws -> Result {
        let connection = try self.connection()
        var failure: (any Error)?
        for endpoint in connection.endpoints {
            do {
                return try await EtcdClient.withClient(to: endpoint, options: connection.options, body)
            } catch let error as EtcdClientError where error.isBeforeAnyRequest {
                failure = error
            }
        }
        throw failure ?? EtcdClientError(.noEndpoints, endpoint: "--endpoints")
    }

    /// Whom to connect to, and how.
    struct Connection {
        var endpoints: [EtcdEndpoint]
        var options: ConnectionOptions
    }

    /// Puts flags, variables and what is found on this machine together, and prints what a person should know
    /// of it before.
    func connection() throws -> Connection {
        let options = try self.options(ProcessInfo.processInfo.environment)
        let endpoints = try options.parsedEndpoints()
        for warning in options.warnings(for: endpoints) { note("Warning: \(warning)") }
        return Connection(endpoints: endpoints, options: options)
    }

    private func options(_ environment: [String: String]) throws -> ConnectionOptions {
        let variables = EtcdctlVariables(environment)
        var options = ConnectionOptions(endpoints: [], now: Date())
        options.endpoints = self.endpoints.isEmpty ? [variables["ENDPOINTS"] ?? ""] : self.endpoints
        options.endpoints = options.endpoints.flatMap { $0.split(separator: ",").map(String.init) }
        options.caCertificateFile = self.cacert ?? variables["CACERT"]
        options.certificateFile = self.cert ?? variables["CERT"]
        options.keyFile = self.key ?? variables["KEY"]
        options.insecureSkipTLSVerify =
            try self.insecureSkipTlsVerify || variables.isTrue("INSECURE_SKIP_TLS_VERIFY")
        if let limit = try self.dialTimeout ?? variables.duration("DIAL_TIMEOUT") {
            options.dialTimeout = limit.duration
        }
        if let limit = try self.commandTimeout ?? variables.duration("COMMAND_TIMEOUT") {
            options.callTimeout = limit.duration
        }
        if options.endpoints.isEmpty { try useLocalEtcd(&options) }
        options.credentials = try EtcdUser(self, variables).credentials()
        return options
    }
}

/// Fills in what is not given from the configuration of this machine's etcd.
private func useLocalEtcd(_ options: inout ConnectionOptions) throws {
    let found: LocalEtcd?
    do {
        found = try LocalEtcd.find()
    } catch {
        throw Failure(
            error.description,
            advice: "run it as root, or name the members with --endpoints",
            status: .badInput
        )
    }
    guard let local = found else {
        options.endpoints = ["127.0.0.1:2379"]
        return
    }
    options.endpoints = local.endpoints
    options.caCertificateFile = options.caCertificateFile ?? local.caCertificateFile
    if options.certificateFile == nil, options.keyFile == nil {
        options.certificateFile = local.certificateFile
        options.keyFile = local.keyFile
    }
}
