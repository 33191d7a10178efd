import KubernetesCodec
import KubernetesRegistry

/// Objects have the names and namespaces that their keys say.
public struct NameCheck: ClusterCheck {
    public enum Result: CheckResult {
        case same(count: Int)
        case different(Sample<ObjectReference>)

        public var outcome: CheckOutcome {
            switch self {
            case .same: .pass
            case .different: .warn
            }
        }

        public var count: Int {
            switch self {
            case .same(let count): count
            case .different(let objects): objects.count
            }
        }
    }

    private var count = 0
    private var different = Sample<ObjectReference>()

    init() {}

    mutating func look(at object: CheckedObject) {
        guard object.resource.origin != .bookkeeping else { return }
        self.count += 1
        let name = object.root["metadata", "name"]?.string ?? ""
        let namespace = object.root["metadata", "namespace"]?.string ?? ""
        if name != object.name || namespace != object.namespace { self.different.add(object.reference) }
    }

    mutating func add(_ other: Self) {
        self.count += other.count
        self.different.add(other.different)
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        [.names(self.different.isEmpty ? .same(count: self.count) : .different(self.different))]
    }
}
