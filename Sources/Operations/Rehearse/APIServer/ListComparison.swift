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
    /// Objects of the file that were listed.
    private(set) var listedCount = 0
    private(set) var resourceCount = 0
    /// Of those, how many the server wrote anew.
    private(set) var rewrittenCount = 0
    /// Objects that the server made.
    private(set) var madeCount = 0
    /// Objects that went with their leases, or that servers sweep away when they start.
    private(set) var goneCount = 0
    /// Objects that should have been listed and were not, or are listed as they once were.
    private(set) var differences = Names()
    /// Resources with objects that could not be listed.
    private(set) var problems = Names()

    init(of registry: Registry) {
        self.registry = registry
    }

    /// A resource that the server knows but cannot list, or does not know.
    mutating func noteProblem(_ resource: Resource, _ problem: String) {
        self.problems.note("\(resource.qualifiedName) (\(problem))")
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
        var old = Names()
        try await list { page in
            for object in page {
                let key = Key(namespace: object.namespace, name: object.name)
                guard let stored = held.removeValue(forKey: key) else {
                    made += 1
                    continue
                }
                if object.modRevision > stored.modRevision { rewritten += 1 }
                if object.modRevision < stored.modRevision {
                    old.note("\(resource.qualifiedName) \(key.text) is listed as it was once")
                }
            }
        }
        self.resourceCount += 1
        self.listedCount += all - held.count
        self.rewrittenCount += rewritten
        self.madeCount += made
        self.differences.add(old)
        for (key, stored) in held.sorted(by: { $0.key.text < $1.key.text }) {
            if stored.isLeased || resource.isSwept(key.namespace, key.name) {
                self.goneCount += 1
            } else {
                self.differences.note("\(resource.qualifiedName) \(key.text) is not listed")
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
    fileprivate var text: String { self.namespace.isEmpty ? self.name : "\(self.namespace)/\(self.name)" }
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
