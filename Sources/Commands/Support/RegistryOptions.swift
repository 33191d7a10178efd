import ArgumentParser
import KubernetesRegistry

/// The source of the commands that look at Kubernetes' objects.
struct RegistryOptions: ParsableArguments {
    @OptionGroup var source: SourceOptions

    @Option(
        help: ArgumentHelp(
            "Look below this root alone (default: the roots that are there, such as /registry).",
            valueName: "prefix"
        )
    )
    var etcdPrefix: String?

    func open() async throws -> Registry {
        try Registry(of: await self.source.open().keyspace, etcdPrefix: self.etcdPrefix)
    }
}

/// `-n` and `-A`.
struct NamespaceOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Show this namespace.")
    var namespace: String?

    @Flag(name: [.customShort("A"), .long], help: "Show all namespaces.")
    var allNamespaces = false

    func validate() throws {
        if self.namespace?.isEmpty == true { throw ValidationError("-n needs a namespace's name.") }
    }

    /// The one namespace that is asked for; `-A` wins over `-n`, as in kubectl.
    var only: String? { self.allNamespaces ? nil : self.namespace }
}
