import ArgumentParser
import FoundationEssentials
import Operations
import Presentation

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
        help: ArgumentHelp(
            "CA certificates that may sign the server's ($ETCDCTL_CACERT).",
            valueName: "file"
        ),
        completion: .file()
    )
    var cacert: String?

    @Option(
        help: ArgumentHelp("The client's certificate ($ETCDCTL_CERT).", valueName: "file"),
        completion: .file()
    )
    var cert: String?

    @Option(
        help: ArgumentHelp("The client's private key ($ETCDCTL_KEY).", valueName: "file"),
        completion: .file()
    )
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

    @Option(
        help: ArgumentHelp("File whose first line is the password.", valueName: "file"),
        completion: .file()
    )
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

    /// The flags as values.
    var flags: ConnectionFlags {
        var flags = ConnectionFlags()
        flags.endpoints = self.endpoints
        flags.caCertificateFile = self.cacert
        flags.certificateFile = self.cert
        flags.keyFile = self.key
        flags.user = self.user
        flags.password = self.password
        flags.passwordFile = self.passwordFile
        flags.insecureSkipTLSVerify = self.insecureSkipTlsVerify
        flags.dialTimeout = self.dialTimeout?.duration
        flags.commandTimeout = self.commandTimeout?.duration
        return flags
    }

    /// Whom to connect to, after what a person should know of it was printed.
    func connection() throws -> EtcdConnection {
        let connection = try self.flags.connection(.process)
        note(connection.notes)
        return connection
    }
}

extension CallerContext {
    /// What this process knows of the system it runs on.
    static var process: CallerContext {
        CallerContext(environment: ProcessInfo.processInfo.environment, now: Date()) { user in
            try readPassword(prompt: "Password of etcd's user \(user): ")
        }
    }
}
