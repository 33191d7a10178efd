import ArgumentParser
import EtcdStorage
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

    /// Opens a source of which only some resources are wanted, as they were typed.
    ///
    /// Of a live etcd just these are read, and before them what says where they lie. A name that this does
    /// not explain may still be found among all keys.
    func open(wanting typed: [String], namespace: String?) async throws -> Registry {
        guard try self.source.isLive else { return try await self.open() }
        let outlineKeys = Registry.outlineKeys(etcdPrefix: self.etcdPrefix)
        let outline = try Registry(
            of: await self.source.open(narrowedTo: outlineKeys).keyspace,
            etcdPrefix: self.etcdPrefix
        )
        guard let resources = try? typed.flatMap({ try outline.resources(named: $0) }) else {
            return try await self.open()
        }
        let keys = outlineKeys + Registry.objectKeys(of: resources, namespace: namespace)
        let source = try await self.source.open(
            narrowedTo: KeyRange.withoutOverlap(keys),
            at: outline.keyspace.revision
        )
        return try Registry(of: source.keyspace, etcdPrefix: self.etcdPrefix)
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
