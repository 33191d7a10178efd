import KubernetesCodec

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
        case .some: throw .variableIsNoBoolean("ETCDCTL_\(name)")
        }
    }

    /// A time of more than 0, as Go writes it.
    func duration(_ name: String) throws(SourceError) -> Duration? {
        guard let text = self[name] else { return nil }
        guard let nanoseconds = goDuration(text), nanoseconds > 0 else {
            throw .variableIsNoDuration("ETCDCTL_\(name)")
        }
        return .nanoseconds(nanoseconds)
    }
}
