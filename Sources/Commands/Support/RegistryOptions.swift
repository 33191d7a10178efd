import ArgumentParser
import EtcdClient
import EtcdStorage
import KubernetesRegistry
import Operations

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
        guard let live = try self.source.live() else { return try await self.open() }
        func registry(of keys: [KeyRange], at revision: Int64?) async throws -> Registry {
            let keyspace = try await live.read(keys.map(RequestRange.init), at: revision)
            return try Registry(of: keyspace, etcdPrefix: self.etcdPrefix)
        }
        let discoveryKeys = Registry.discoveryKeys(etcdPrefix: self.etcdPrefix)
        let discovered = try await registry(of: discoveryKeys, at: self.source.revision)
        let revision = discovered.keyspace.revision
        guard let resources = try? typed.flatMap({ try discovered.resources(named: $0) }) else {
            return try await registry(of: [.all], at: revision)
        }
        let objectKeys = Registry.objectKeys(of: resources, namespace: namespace)
        return try await registry(of: KeyRange.withoutOverlap(discoveryKeys + objectKeys), at: revision)
    }

    /// Opens a source of which some objects are wanted together with what belongs to them: a namespace with
    /// what has none, or everything.
    ///
    /// - Returns: Also the leases, when the source is a file.
    func open(around typed: [String], namespace: String?) async throws -> (
        registry: Registry, leases: [Lease]
    ) {
        guard let live = try self.source.live() else {
            let source = try await self.source.open()
            let leases = try source.database.map { try StoreFacts(reading: $0).leases } ?? []
            return (try Registry(of: source.keyspace, etcdPrefix: self.etcdPrefix), leases)
        }
        let discoveryKeys = Registry.discoveryKeys(etcdPrefix: self.etcdPrefix)
        let discovered = try await live.read(discoveryKeys.map(RequestRange.init), at: self.source.revision)
        let known = try Registry(of: discovered, etcdPrefix: self.etcdPrefix)
        let wanted = try? typed.flatMap { try known.resources(named: $0) }
        let isNarrow = namespace != nil && wanted?.allSatisfy { $0.scope == .namespaced } == true
        let objectKeys = Registry.objectKeys(of: known.resources, namespace: namespace)
        let keys = isNarrow ? KeyRange.withoutOverlap(discoveryKeys + objectKeys) : [.all]
        let keyspace = try await live.read(keys.map(RequestRange.init), at: discovered.revision)
        return (try Registry(of: keyspace, etcdPrefix: self.etcdPrefix), [])
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
