import ClusterChecks
import EtcdStorage
import KubernetesClient
import KubernetesRegistry

/// Compares what an API server lists with what the file holds, resource by resource.
struct ListComparison {
    fileprivate struct Key: Hashable {
        var namespace: String
        var name: String
    }

    private struct Held {
        var modRevision: Int64
        /// Whether its key goes when a lease runs out.
        var isLeased: Bool
    }

    let registry: Registry
    private(set) var lists = RehearsalStep.Lists()

    init(of registry: Registry) {
        self.registry = registry
    }

    /// A resource that the server knows but cannot list, or does not know.
    mutating func noteUnlisted(_ resource: Resource, _ reason: UnlistedResource.Reason) {
        self.lists.unlisted.add(UnlistedResource(resource: resource.qualifiedName, reason: reason))
    }

    /// Compares one resource's list.
    ///
    /// - Parameters:
    ///   - resource: Whose objects.
    ///   - list: Calls its argument with the server's pages.
    /// - Throws: `StorageError` for a damaged record; what `list` throws, and then nothing is counted.
    mutating func compare(
        _ resource: Resource,
        list: (([ListedObject]) -> Void) async throws -> Void
    ) async throws {
        var held = try self.objects(of: resource)
        let all = held.count
        var (rewritten, made) = (0, 0)
        var outdated = Sample<ListDifference>()
        try await list { page in
            for object in page {
                let key = Key(namespace: object.namespace, name: object.name)
                guard let stored = held.removeValue(forKey: key) else {
                    made += 1
                    continue
                }
                if object.modRevision > stored.modRevision { rewritten += 1 }
                if object.modRevision < stored.modRevision {
                    outdated.add(.outdated(key.object(of: resource)))
                }
            }
        }
        self.lists.resourceCount += 1
        self.lists.listedCount += all - held.count
        self.lists.rewrittenCount += rewritten
        self.lists.madeCount += made
        self.lists.differences.add(outdated)
        for (key, stored) in held.sorted(by: { $0.key.text < $1.key.text }) {
            if stored.isLeased || resource.isSwept(key.namespace, key.name) {
                self.lists.goneCount += 1
            } else {
                self.lists.differences.add(.missing(key.object(of: resource)))
            }
        }
    }

    private func objects(of resource: Resource) throws(StorageError) -> [Key: Held] {
        var held: [Key: Held] = [:]
        for object in self.registry.objects(of: [resource]) {
            let metadata = try self.registry.metadata(of: object)
            let key = Key(
                namespace: self.registry.namespace(of: object),
                name: self.registry.name(of: object)
            )
            held[key] = Held(modRevision: metadata.modRevision, isLeased: metadata.lease != 0)
        }
        return held
    }
}

extension ListComparison.Key {
    /// `namespace/name`, by which differences are put in order.
    fileprivate var text: String { self.namespace.isEmpty ? self.name : "\(self.namespace)/\(self.name)" }

    fileprivate func object(of resource: Resource) -> ObjectReference {
        ObjectReference(resource: resource.qualifiedName, namespace: self.namespace, name: self.name)
    }
}

extension Resource {
    /// Whether API servers sweep such an object away when they start: the leases of API servers that are gone.
    ///
    /// Source: kubernetes/kubernetes `pkg/controlplane/controller/apiserverleasegc/gc_controller.go`.
    fileprivate func isSwept(_ namespace: String, _ name: String) -> Bool {
        self.qualifiedName == "leases.coordination.k8s.io" && namespace == "kube-system"
            && name.hasPrefix("apiserver-")
    }
}
