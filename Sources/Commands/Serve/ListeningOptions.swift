import ArgumentParser
import EtcdServer
import Glibc

/// Where and how a store is served: etcd's flags, with their meanings there.
struct ListeningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to listen for clients: http, https, unix or unixs, with commas between.",
            valueName: "urls"
        )
    )
    var listenClientUrls = "http://127.0.0.1:2379"

    @Option(
        help: ArgumentHelp("Where to answer /health, /version and /metrics as well.", valueName: "urls")
    )
    var listenMetricsUrls = ""

    @Option(help: ArgumentHelp("The server's certificate; read again when it changes.", valueName: "file"))
    var certFile: String?

    @Option(help: ArgumentHelp("The server's private key.", valueName: "file"))
    var keyFile: String?

    @Option(
        help: ArgumentHelp(
            "CA certificates; every client must show a certificate that one of them signed.",
            valueName: "file"
        )
    )
    var trustedCaFile: String?

    @Flag(help: "Require a certificate of every client.")
    var clientCertAuth = false

    @Flag(help: "Listen in plain text even where other machines can read it.")
    var insecureListen = false

    @Option(help: ArgumentHelp("The largest request, in bytes.", valueName: "n"))
    var maxRequestBytes = ServerOptions().maxRequestBytes

    @Option(help: ArgumentHelp("The most calls at one time on one connection.", valueName: "n"))
    var maxConcurrentStreams = ServerOptions().maxConcurrentStreams

    @Option(
        help: ArgumentHelp(
            "The most connections at one time; beyond it, one without a call is closed for a new one.",
            valueName: "n"
        )
    )
    var maxConnections = ServerOptions().maxConnections

    @Option(
        help: ArgumentHelp(
            "The most memory for all calls, in bytes, beside two answers with the whole store.",
            valueName: "n"
        )
    )
    var maxCallBytes = ServerOptions().maxCallBytes

    func validate() throws {
        guard 256...(1 << 30) ~= self.maxRequestBytes else {
            throw ValidationError("--max-request-bytes must be from 256 bytes to 1 GiB.")
        }
        guard 1...1_000_000 ~= self.maxConcurrentStreams, 1...1_000_000 ~= self.maxConnections else {
            throw ValidationError("--max-concurrent-streams and --max-connections must be from 1 to 1000000.")
        }
        guard (16 << 20)...(1 << 40) ~= self.maxCallBytes else {
            throw ValidationError("--max-call-bytes must be from 16 MiB to 1 TiB.")
        }
        guard (self.certFile == nil) == (self.keyFile == nil) else {
            throw ValidationError("--cert-file and --key-file need each other.")
        }
        guard self.certFile != nil || (self.trustedCaFile == nil && !self.clientCertAuth) else {
            throw ValidationError("--trusted-ca-file and --client-cert-auth need --cert-file and --key-file.")
        }
    }

    func places() throws(ServerError) -> StoreServer.Places {
        var places = StoreServer.Places(
            clients: try urls(self.listenClientUrls),
            metrics: try urls(self.listenMetricsUrls)
        )
        guard !places.clients.isEmpty else {
            throw ServerError(.badURL(why: "is empty"), at: "--listen-client-urls")
        }
        if let certificate = self.certFile, let key = self.keyFile {
            places.tls = TLSFiles(
                certificate: certificate,
                key: key,
                trustedAuthority: self.trustedCaFile,
                requiresClientCertificate: self.clientCertAuth
            )
        }
        return places
    }

    func apply(to options: inout ServerOptions) {
        options.maxRequestBytes = self.maxRequestBytes
        options.maxConcurrentStreams = self.maxConcurrentStreams
        options.maxCallBytes = self.maxCallBytes
        options.allowsPlaintextOffLoopback = self.insecureListen
        // Some descriptors are for the store's own files.
        options.maxConnections = min(self.maxConnections, max(1, raisedFileLimit() - 64))
    }
}

private func urls(_ text: String) throws(ServerError) -> [ListenURL] {
    var urls: [ListenURL] = []
    for url in text.split(separator: ",") where !url.isEmpty {
        urls.append(try ListenURL(parsing: String(url)))
    }
    return urls
}

/// How many files this process may have open, after it has asked for as many as it may ask for.
private func raisedFileLimit() -> Int {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return 256 }
    var raised = limit
    raised.rlim_cur = min(limit.rlim_max, 1 << 20)
    if raised.rlim_cur > limit.rlim_cur, setrlimit(resource, &raised) == 0 { limit = raised }
    return Int(clamping: limit.rlim_cur)
}
