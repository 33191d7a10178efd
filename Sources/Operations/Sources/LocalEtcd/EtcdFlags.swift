import KubernetesCodec

/// The flags that an etcd server is started with, as far as they are written down.
///
/// Every flag `--listen-client-urls` has a variable `ETCD_LISTEN_CLIENT_URLS`; the flag wins. With `--config-file` etcd
/// goes by that file alone.
///
/// Source: etcd-io/etcd `server/etcdmain/config.go`, `parse`; `server/embed/config.go`, `configYAML`.
struct EtcdFlags {
    private var values: [String: String] = [:]
    private let environment: [String: String]

    /// Reads `--flag=value` and `--flag value`; Go takes one dash for two.
    init(words: [String], environment: [String: String] = [:]) {
        self.environment = environment
        var pending: String?
        for word in words {
            guard word.hasPrefix("-") else {
                if let name = pending { self.values[name] = word }
                pending = nil
                continue
            }
            let flag = word.drop { $0 == "-" }.split(separator: "=", maxSplits: 1)
            pending = nil
            guard let name = flag.first.map(String.init) else { continue }
            if flag.count == 2 {
                self.values[name] = String(flag[1])
            } else {
                pending = name
            }
        }
    }

    /// Reads what a `--config-file` holds; nil when it is no YAML.
    ///
    ///     listen-client-urls: https://127.0.0.1:2379,https://10.0.0.1:2379
    ///     client-transport-security: {cert-file: server.crt, key-file: server.key, trusted-ca-file: ca.crt}
    init?(configuration text: String) {
        guard let root = try? Document(yaml: text).root, root.kind == .object else { return nil }
        self.environment = [:]
        let security = root["client-transport-security"]?.members ?? []
        for (name, value) in root.members + security { self.values[name] = value.scalarText }
    }

    /// The value of a flag, by its name without dashes; nil when it is empty or not given.
    subscript(name: String) -> String? {
        let variable = "ETCD_" + name.uppercased().replacing("-", with: "_")
        let value = self.values[name] ?? self.environment[variable]
        return value?.isEmpty == true ? nil : value
    }
}
