import KubernetesCodec
import KubernetesRegistry

/// The namespaces in which objects live exist.
public struct NamespaceCheck: ClusterCheck {
    public enum Result: CheckResult {
        /// All are there: so many namespaces.
        case present(count: Int)
        case missing(Sample<Missing>)

        public var outcome: CheckOutcome {
            switch self {
            case .present: .pass
            case .missing: .warn
            }
        }

        public var count: Int {
            switch self {
            case .present(let count): count
            case .missing(let namespaces): namespaces.count
            }
        }
    }

    /// A namespace that is missing, and what lives in it.
    public struct Missing: Hashable, Sendable {
        public var namespace: String
        public var objectCount: Int
        public var example: ObjectReference
    }

    private var known: Set<String> = []
    /// Objects by the namespace in which they live, and the first of them.
    private var used: [String: (count: Int, first: ObjectReference)] = [:]

    init() {}

    mutating func look(at object: CheckedObject) {
        if object.isOf("namespaces") { self.known.insert(object.name) }
        // Events expire by themselves, and many tell of namespaces that were just deleted.
        guard !object.namespace.isEmpty, object.resource.plural != "events" else { return }
        self.used[object.namespace, default: (0, object.reference)].count += 1
    }

    mutating func add(_ other: Self) {
        self.known.formUnion(other.known)
        self.used.merge(other.used) { ($0.count + $1.count, $0.first) }
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        var missing = Sample<Missing>()
        for (namespace, use) in self.used.sorted(by: { $0.key < $1.key })
        where !self.known.contains(namespace) {
            missing.add(Missing(namespace: namespace, objectCount: use.count, example: use.first))
        }
        return [.namespaces(missing.isEmpty ? .present(count: self.known.count) : .missing(missing))]
    }
}
