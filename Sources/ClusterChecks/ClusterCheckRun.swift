import EtcdStorage
public import KubernetesCodec
public import KubernetesRegistry

/// Shows every object of a registry to all checks.
public struct ClusterCheckRun: Sendable {
    private let registry: Registry
    private let decryption: Decryption?

    /// - Parameters:
    ///   - registry: Whose objects are checked.
    ///   - decryption: Opens encrypted values; without it they stay closed.
    public init(_ registry: Registry, decryption: Decryption?) {
        self.registry = registry
        self.decryption = decryption
    }

    /// Reads every object, on all processors.
    ///
    /// - Returns: What each check found, and the seconds that it took; reading the objects counts as the first's.
    /// - Throws: `StorageError` for a damaged record.
    public func run() async throws -> [(result: ClusterCheckResult, seconds: Double)] {
        let began = ContinuousClock.now
        let objects = self.registry.objectsOfKubernetes
        guard !objects.isEmpty else { return [(.noObjects, 0)] }
        let checks = try await self.registry.look(
            at: objects,
            with: ClusterChecks(),
            decryption: self.decryption
        ) { checks, object in
            checks.look(at: object)
        } add: { checks, ofChunk in
            checks.add(ofChunk)
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        var results = checks.results(
            CheckedObjects(
                registry: self.registry,
                objects: objects,
                hasConfiguration: self.decryption != nil
            )
        )
        results[0].seconds += seconds
        return results
    }
}

extension Registry {
    /// What an API server decodes, resource by resource.
    var objectsOfKubernetes: [StoredObject] {
        self.objects(of: self.resources.filter(\.isOfKubernetes))
    }

    /// Shows every object to checks, in chunks and on all processors; of each chunk a copy of `start` looks at it.
    ///
    /// - Returns: The checks of all chunks, added up in their order.
    /// - Throws: `StorageError` for a damaged record.
    func look<Checks: Sendable>(
        at objects: [StoredObject],
        with start: Checks,
        decryption: Decryption?,
        look: @escaping @Sendable (inout Checks, CheckedObject) -> Void,
        add: (inout Checks, Checks) -> Void
    ) async throws -> Checks {
        var checks = start
        let walk = ObjectWalk(of: self, decryption: decryption)
        _ = try await walk.forEach(of: objects, startingWith: start) { checks, found in
            guard let resource = self.resource(of: found.object) else { return }
            look(
                &checks,
                CheckedObject(
                    index: found.index,
                    resource: resource,
                    namespace: self.namespace(of: found.object),
                    name: self.name(of: found.object),
                    read: found.read,
                    root: found.document.root
                )
            )
        } take: { ofChunk, _ in
            add(&checks, ofChunk)
        }
        try self.keyspace.checkUnchanged()
        return checks
    }
}

/// All checks.
private struct ClusterChecks: Sendable {
    private var decoding = DecodingCheck()
    private var encryption = EncryptionCheck()
    private var names = NameCheck()
    private var namespaces = NamespaceCheck()
    private var customResources = CustomResourceCheck()
    private var owners = OwnerCheck()
    private var services = ServiceCheck()
    private var volumes = VolumeCheck()
    private var webhooks = WebhookCheck()
    private var apiServices = APIServiceCheck()
    private var deletions = DeletionCheck()

    mutating func look(at object: CheckedObject) {
        self.decoding.look(at: object)
        self.encryption.look(at: object)
        self.namespaces.look(at: object)
        self.customResources.look(at: object)
        self.owners.look(at: object)
        self.services.look(at: object)
        self.volumes.look(at: object)
        self.webhooks.look(at: object)
        guard object.isDecoded else { return }
        self.names.look(at: object)
        self.apiServices.look(at: object)
        self.deletions.look(at: object)
    }

    mutating func add(_ other: Self) {
        self.decoding.add(other.decoding)
        self.encryption.add(other.encryption)
        self.names.add(other.names)
        self.namespaces.add(other.namespaces)
        self.customResources.add(other.customResources)
        self.owners.add(other.owners)
        self.services.add(other.services)
        self.volumes.add(other.volumes)
        self.webhooks.add(other.webhooks)
        self.apiServices.add(other.apiServices)
        self.deletions.add(other.deletions)
    }

    /// What each check found, in the order of a report, and the seconds that it took to say.
    func results(_ objects: CheckedObjects) -> [(result: ClusterCheckResult, seconds: Double)] {
        let checks: [any ClusterCheck] = [
            self.decoding, self.encryption, self.names, self.namespaces, self.customResources, self.owners,
            self.services, self.volumes, self.webhooks, self.apiServices, self.deletions,
        ]
        return checks.flatMap { check in
            let began = ContinuousClock.now
            let results = check.results(objects)
            let seconds = (ContinuousClock.now - began) / .seconds(1)
            return results.map { ($0, seconds / Double(results.count)) }
        }
    }
}

extension Resource {
    /// Whether what lies there is an object that an API server decodes.
    fileprivate var isOfKubernetes: Bool {
        switch self.origin {
        case .otherKeys: false
        case .bookkeeping: !self.kind.isEmpty
        case .usual, .definition, .customKeys, .rare: true
        }
    }
}
