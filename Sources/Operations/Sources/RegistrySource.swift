public import EtcdStorage
public import KubernetesRegistry

/// A source that is looked at as Kubernetes' registry.
public struct RegistrySource: Sendable {
    public var source: Source
    /// The revision to show; nil for the newest.
    public var revision: Int64?
    /// The one root to look below, of a live etcd also the one that is read; nil for the roots that are there.
    public var etcdPrefix: String?

    public init(_ source: Source, revision: Int64?, etcdPrefix: String?) {
        self.source = source
        self.revision = revision
        self.etcdPrefix = etcdPrefix
    }

    /// Everything that the source holds; of a live etcd only what lies below the one root, if there is one.
    ///
    /// - Throws: `StorageError` for a file, `EtcdClientError` for a live etcd.
    public func registry() async throws -> Registry {
        try await self.registry(of: self.allKeys, at: self.revision)
    }

    /// The objects of some resources.
    ///
    /// Of a live etcd just these are read, and before them what says where they lie. A name that this does
    /// not explain may still be found among all keys, and so may a root that is not looked for.
    ///
    /// - Parameters:
    ///   - typed: The resources, as they were typed.
    ///   - namespace: The namespace that is wanted; nil for all.
    /// - Returns: A registry with these objects at least.
    /// - Throws: `StorageError` for a file, `EtcdClientError` for a live etcd.
    public func registry(of typed: [String], namespace: String?) async throws -> Registry {
        guard self.source.isLive else { return try await self.registry() }
        let discoveryKeys = Registry.discoveryKeys(etcdPrefix: self.etcdPrefix)
        let discovered = try await self.registry(of: discoveryKeys, at: self.revision)
        let revision = discovered.keyspace.revision
        guard self.knowsRoots(discovered),
            let resources = try? typed.flatMap({ try discovered.resources(named: $0) })
        else {
            return try await self.registry(of: self.allKeys, at: revision)
        }
        let objectKeys = Registry.objectKeys(of: resources, namespace: namespace)
        return try await self.registry(of: KeyRange.withoutOverlap(discoveryKeys + objectKeys), at: revision)
    }

    /// The objects of some resources together with what belongs to them: a namespace with what has none, or
    /// everything.
    ///
    /// - Parameters:
    ///   - typed: The resources, as they were typed.
    ///   - namespace: The namespace that is wanted; nil for all.
    /// - Returns: The registry, and the leases when the source is a file.
    /// - Throws: `StorageError` for a file, `EtcdClientError` for a live etcd.
    public func registry(
        around typed: [String],
        namespace: String?
    ) async throws -> (registry: Registry, leases: [Lease]) {
        guard self.source.isLive else { return (try await self.registry(), try self.source.leases()) }
        let discoveryKeys = Registry.discoveryKeys(etcdPrefix: self.etcdPrefix)
        let discovered = try await self.registry(of: discoveryKeys, at: self.revision)
        let wanted = try? typed.flatMap { try discovered.resources(named: $0) }
        let isNarrow =
            namespace != nil && self.knowsRoots(discovered)
            && wanted?.allSatisfy { $0.scope == .namespaced } == true
        let objectKeys = Registry.objectKeys(of: discovered.resources, namespace: namespace)
        let keys = isNarrow ? KeyRange.withoutOverlap(discoveryKeys + objectKeys) : self.allKeys
        return (try await self.registry(of: keys, at: discovered.keyspace.revision), [])
    }

    /// All keys that may be asked for: a user of etcd may have the right to read one root alone.
    private var allKeys: [KeyRange] { [Registry.keys(below: self.etcdPrefix)] }

    /// Whether the roots of `discovered` are those of the whole store, and keep one cluster each: they were named, or
    /// keys were found there, and none of a logical cluster.
    private func knowsRoots(_ discovered: Registry) -> Bool {
        let isOneCluster = discovered.clusterRoots.allSatisfy(\.logicalCluster.isEmpty)
        return isOneCluster && (self.etcdPrefix != nil || discovered.keyspace.count > 0)
    }

    private func registry(of keys: [KeyRange], at revision: Int64?) async throws -> Registry {
        try Registry(of: await self.source.keyspace(of: keys, at: revision), etcdPrefix: self.etcdPrefix)
    }
}
