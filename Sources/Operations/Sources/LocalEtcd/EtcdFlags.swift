/// The flags that an etcd server is started with, as far as they are written down.
///
/// Every flag `--listen-client-urls` has a variable `ETCD_LISTEN_CLIENT_URLS`; the flag wins.
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

    /// The value of a flag, by its name without dashes; nil when it is empty or not given.
    subscript(name: String) -> String? {
        let variable = "ETCD_" + name.uppercased().replacing("-", with: "_")
        let value = self.values[name] ?? self.environment[variable]
        return value?.isEmpty == true ? nil : value
    }
}
