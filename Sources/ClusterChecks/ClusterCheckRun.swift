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
            with: ObjectChecks(),
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
