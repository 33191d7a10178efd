import EtcdClient
public import Files

/// The etcd that runs on this machine, as its own configuration says how to reach it.
///
/// A control plane made by kubeadm runs it as a static pod, others as a systemd unit; both say with etcd's flags
/// or variables where it listens and with which certificates.
public struct LocalEtcd: Hashable, Sendable {
    /// The file that says so.
    public var configuration: String
    /// One address, on this machine where it listens on several.
    public var endpoints: [String]
    public var caCertificateFile: String?
    /// A client's certificate and key that it accepts; both or none.
    public var certificateFile: String?
    public var keyFile: String?

    /// Looks for a static pod, then for a systemd unit.
    ///
    /// - Parameter root: The directory that stands for `/`, without a slash at its end.
    /// - Returns: nil when this machine has neither.
    /// - Throws: `.system` for a configuration that is there and may not be read.
    public static func find(root: String = "") throws(FileError) -> LocalEtcd? {
        let files = ConfigurationFiles(root: root)
        if let manifest = try files.text(of: StaticPod.path) {
            let flags = EtcdFlags(words: StaticPod.words(in: manifest))
            return LocalEtcd(flags, from: StaticPod.path, files: files)
        }
        for path in SystemdUnit.paths {
            guard let unit = try SystemdUnit(path: path, files: files) else { continue }
            let flags = EtcdFlags(words: unit.words, environment: unit.environment)
            return LocalEtcd(flags, from: path, files: files)
        }
        return nil
    }
}

extension LocalEtcd {
    private init(_ flags: EtcdFlags, from path: String, files: ConfigurationFiles) {
        let listens = flags["listen-client-urls"].map { $0.split(separator: ",").map(String.init) } ?? []
        self.configuration = files.root + path
        self.endpoints = [nearest(of: listens) ?? "http://127.0.0.1:2379"]
        guard self.endpoints.contains(where: { $0.hasPrefix("https:") || $0.hasPrefix("unixs:") }) else {
            return
        }
        self.caCertificateFile = flags["trusted-ca-file"].map { files.root + $0 }
        guard let certificate = flags["cert-file"], let key = flags["key-file"] else { return }
        let pair = clientPair(beside: certificate, key: key, files: files)
        self.certificateFile = files.root + pair.certificate
        self.keyFile = files.root + pair.key
    }
}

/// The address that does not leave this machine; 0.0.0.0 and :: stand for it.
private func nearest(of urls: [String]) -> String? {
    let addresses = urls.map { url in
        url.replacing("://0.0.0.0:", with: "://127.0.0.1:").replacing("://[::]:", with: "://127.0.0.1:")
    }
    let isLocal = { (url: String) in
        (try? EtcdEndpoint(parsing: url, tlsByDefault: false))?.isLocal == true
    }
    return addresses.first(where: isLocal) ?? addresses.first
}

/// kubeadm's pair for health checks where it lies beside the server's, else the server's own.
private func clientPair(
    beside certificate: String,
    key: String,
    files: ConfigurationFiles
) -> (certificate: String, key: String) {
    let directory = certificate.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/")
    let healthCheck = "\(directory)/healthcheck-client"
    guard files.has("\(healthCheck).crt"), files.has("\(healthCheck).key") else { return (certificate, key) }
    return ("\(healthCheck).crt", "\(healthCheck).key")
}
