/// The `ETCDCTL_…` variables of the environment; an empty one counts as not set, as for etcdctl.
struct EtcdctlVariables {
    private let environment: [String: String]

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    /// The value of `ETCDCTL_<name>`.
    subscript(name: String) -> String? {
        let value = self.environment["ETCDCTL_\(name)"]
        return value?.isEmpty == true ? nil : value
    }

    /// What Go's `strconv.ParseBool` takes.
    func isTrue(_ name: String) throws -> Bool {
        switch self[name] {
        case "1", "t", "T", "true", "True", "TRUE": true
        case nil, "0", "f", "F", "false", "False", "FALSE": false
        case .some: throw self.bad(name, "true or false")
        }
    }

    func duration(_ name: String) throws -> GoDuration? {
        guard let text = self[name] else { return nil }
        guard let duration = GoDuration(argument: text) else { throw self.bad(name, "a time such as 2s") }
        return duration
    }

    private func bad(_ name: String, _ wanted: String) -> Failure {
        Failure("ETCDCTL_\(name) is not \(wanted)", status: .badInput)
    }
}
