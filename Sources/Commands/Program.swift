/// What the program says of itself.
enum Program {
    static let version = "0.1.0"
    /// The commit it was built from; `.ci/package` puts it here.
    static let commit = "development"

    /// What `--version` prints.
    static let description = """
        registree \(version) (\(commit))
        etcd: snapshots, data directories and API of etcd 3.4 to 3.6
        Kubernetes: the built-in kinds of releases 1.8 to 1.37, and OpenShift's
        """

    /// What it is called in its help: linked as `kubectl-registree` it is a plugin of kubectl.
    ///
    /// Source: kubernetes/website "Extend kubectl with plugins".
    static let name = isPlugin ? "kubectl registree" : "registree"

    private static var isPlugin: Bool {
        CommandLine.arguments.first?.split(separator: "/").last == "kubectl-registree"
    }
}
