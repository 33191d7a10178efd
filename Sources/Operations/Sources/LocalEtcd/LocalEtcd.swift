import EtcdClient
public import Files

/// The etcd that runs on this machine, as its own configuration says how to reach it.
///
/// A control plane runs it as a static pod (kubeadm, RKE2, OpenShift), a systemd unit, or a part of its own program
/// (k3s, k0s, MicroShift). Flags, variables or a configuration file say where it listens and with which certificates.
public struct LocalEtcd: Hashable, Sendable {
    /// The file that says so.
    public var configuration: String
    /// Where it listens; the addresses that do not leave this machine come first.
    public var endpoints: [String]
    public var caCertificateFile: String?
    /// A client's certificate and key that it accepts; both or none.
    public var certificateFile: String?
    public var keyFile: String?

    /// What was found, and what was read in vain.
    public struct Search: Hashable, Sendable {
        /// nil when no configuration says how etcd is started.
        public var found: LocalEtcd?
        /// Manifests of an etcd, by their name, that do not say how it is started.
        public var readInVain: [String] = []
        /// The file in which a k3s or k0s without etcd keeps its objects; nil when there is none, or an etcd.
        public var kineFile: String?
    }

    /// Looks at static pods, then at systemd units, then for the files of distributions that have neither.
    ///
    /// - Parameter root: The directory that stands for `/`, without a slash at its end.
    /// - Returns: The first that says how etcd is started.
    /// - Throws: `.system` for a configuration that is there and may not be read.
    public static func search(root: String = "") throws(FileError) -> Search {
        let files = ConfigurationFiles(root: root)
        var search = Search()
        try search.lookAtStaticPods(files)
        if search.found == nil { search.found = try Self.inUnit(files) }
        if search.found == nil { search.found = try Self.inConfigurationOfDistribution(files) }
        if search.found == nil { search.found = try Self.inFixedLayout(files) }
        if search.found == nil { search.kineFile = try Self.kineFile(files) }
        return search
    }

    /// As ``search(root:)``; nil when this machine has none.
    public static func find(root: String = "") throws(FileError) -> LocalEtcd? {
        try self.search(root: root).found
    }
}

extension LocalEtcd.Search {
    fileprivate mutating func lookAtStaticPods(_ files: ConfigurationFiles) throws(FileError) {
        for directory in StaticPod.directories {
            for name in try files.names(in: directory) where StaticPod.isManifest(name) {
                let path = "\(directory)/\(name)"
                guard let manifest = try files.text(of: path), let pod = StaticPod(manifest: manifest) else {
                    self.readInVain.append(files.root + path)
                    continue
                }
                let flags = EtcdFlags(words: pod.arguments, environment: pod.environment)
                self.found = try LocalEtcd(flags, from: path, files: files, variables: pod.environment) {
                    pod.hostPath($0)
                }
                return
            }
        }
    }
}

extension LocalEtcd {
    private static func inUnit(_ files: ConfigurationFiles) throws(FileError) -> LocalEtcd? {
        for path in SystemdUnit.paths {
            guard let unit = try SystemdUnit(path: path, files: files) else { continue }
            let flags = EtcdFlags(words: unit.arguments, environment: unit.environment)
            return try LocalEtcd(flags, from: path, files: files)
        }
        return nil
    }

    /// k3s and RKE2 write a configuration file for the etcd that they start.
    ///
    /// Source: k3s-io/k3s `pkg/daemons/executor`, `ETCDConfig`.
    private static func inConfigurationOfDistribution(
        _ files: ConfigurationFiles
    ) throws(FileError) -> LocalEtcd? {
        for distribution in ["k3s", "rke2"] {
            let path = "/var/lib/rancher/\(distribution)/server/db/etcd/config"
            guard let text = try files.text(of: path), let flags = EtcdFlags(configuration: text) else {
                continue
            }
            return try LocalEtcd(flags, from: path, files: files)
        }
        return nil
    }

    /// Where a single server of k3s or k0s keeps kine's file.
    ///
    /// Source: k3s-io/k3s `pkg/cluster/cluster.go`; k0sproject/k0s `pkg/apis/k0s/v1beta1/storage.go`,
    /// `DefaultKineConfig`.
    private static func kineFile(_ files: ConfigurationFiles) throws(FileError) -> String? {
        for path in ["/var/lib/rancher/k3s/server/db/state.db", "/var/lib/k0s/db/state.db"] {
            if try fileExists(path: files.root + path) { return files.root + path }
        }
        return nil
    }

    private static func inFixedLayout(_ files: ConfigurationFiles) throws(FileError) -> LocalEtcd? {
        for layout in FixedLayout.all {
            guard try fileExists(path: files.root + layout.caCertificateFile) else { continue }
            return LocalEtcd(
                configuration: files.root + layout.caCertificateFile,
                endpoints: [layout.endpoint],
                caCertificateFile: files.root + layout.caCertificateFile,
                certificateFile: files.root + layout.certificateFile,
                keyFile: files.root + layout.keyFile
            )
        }
        return nil
    }

    /// - Parameters:
    ///   - given: The flags.
    ///   - path: The file that they were read from.
    ///   - files: Where it and others lie.
    ///   - variables: Those of etcdctl in the same container, as OpenShift sets them.
    ///   - hostPath: Where this machine has a file that etcd knows by a path.
    /// - Throws: `.system` when the configuration file that the flags name may not be read.
    fileprivate init(
        _ given: EtcdFlags,
        from path: String,
        files: ConfigurationFiles,
        variables: [String: String] = [:],
        hostPath: (String) -> String = { $0 }
    ) throws(FileError) {
        var flags = given
        if let file = given["config-file"], let text = try files.text(of: hostPath(file)),
            let configured = EtcdFlags(configuration: text)
        {
            flags = configured
        }
        self.configuration = files.root + path
        self.endpoints = reachable(flags["listen-client-urls"] ?? "")
        if self.endpoints.isEmpty { self.endpoints = ["http://127.0.0.1:2379"] }
        guard self.endpoints.contains(where: { $0.hasPrefix("https:") || $0.hasPrefix("unixs:") }) else {
            return
        }
        let authority = variables["ETCDCTL_CACERT"] ?? flags["trusted-ca-file"]
        self.caCertificateFile = authority.map { files.root + hostPath($0) }
        if let certificate = variables["ETCDCTL_CERT"], let key = variables["ETCDCTL_KEY"] {
            self.certificateFile = files.root + hostPath(certificate)
            self.keyFile = files.root + hostPath(key)
        } else if let certificate = flags["cert-file"], let key = flags["key-file"] {
            let pair = clientPair(beside: hostPath(certificate), key: hostPath(key), files: files)
            self.certificateFile = files.root + pair.certificate
            self.keyFile = files.root + pair.key
        }
    }
}

/// The addresses in a list with commas at which a client can reach this machine, those that do not leave it first.
///
/// 0.0.0.0 and :: stand for all of its addresses. A variable whose value is not known, and a socket file without its
/// directory, lead nowhere.
private func reachable(_ list: String) -> [String] {
    let addresses = list.split(separator: ",").map { url in
        url.replacing("://0.0.0.0:", with: "://127.0.0.1:").replacing("://[::]:", with: "://127.0.0.1:")
            .filter { !$0.isWhitespace }
    }
    let known = addresses.filter { address in
        !address.contains("$") && (!address.hasPrefix("unix") || address.contains(":///"))
    }
    let isLocal = { (url: String) in
        (try? EtcdEndpoint(parsing: url, tlsByDefault: false))?.isLocal == true
    }
    var seen: Set<String> = []
    return (known.filter(isLocal) + known.filter { !isLocal($0) }).filter { seen.insert($0).inserted }
}

/// A client's pair where a distribution keeps one near the server's, else the server's own.
///
/// kubeadm has one for health checks, k3s and RKE2 `client`, and kubeadm the API server's one directory above.
private func clientPair(
    beside certificate: String,
    key: String,
    files: ConfigurationFiles
) -> (certificate: String, key: String) {
    let parts = certificate.split(separator: "/", omittingEmptySubsequences: false)
    let directory = parts.dropLast().joined(separator: "/")
    let above = parts.dropLast(2).joined(separator: "/")
    let names = ["\(directory)/healthcheck-client", "\(directory)/client", "\(above)/apiserver-etcd-client"]
    for name in names where files.has("\(name).crt") && files.has("\(name).key") {
        return ("\(name).crt", "\(name).key")
    }
    return (certificate, key)
}
