import KubernetesCodec
import KubernetesRegistry

/// No part of the API is answered by pods that do not run yet.
///
/// While one is not answered, discovery fails in part: namespaces are not deleted, garbage is not collected.
public struct APIServiceCheck: ClusterCheck {
    public enum Result: CheckResult {
        /// The API server answers all of them itself.
        case allLocal(count: Int)
        case answeredByPods(Sample<Service>)

        public var outcome: CheckOutcome {
            switch self {
            case .allLocal: .pass
            case .answeredByPods: .warn
            }
        }

        public var count: Int {
            switch self {
            case .allLocal(let count): count
            case .answeredByPods(let services): services.count
            }
        }
    }

    /// An APIService, and the service whose pods answer it.
    public struct Service: Hashable, Sendable {
        public var name: String
        public var service: NamespacedName
    }

    private var count = 0
    private var answeredByPods = Sample<Service>()

    init() {}

    mutating func look(at object: CheckedObject) {
        guard object.isOf("apiservices", group: "apiregistration.k8s.io") else { return }
        self.count += 1
        guard let service = NamespacedName(object.root["spec", "service"]) else { return }
        self.answeredByPods.add(Service(name: object.name, service: service))
    }

    mutating func add(_ other: Self) {
        self.count += other.count
        self.answeredByPods.add(other.answeredByPods)
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        let isLocal = self.answeredByPods.isEmpty
        return [.apiServices(isLocal ? .allLocal(count: self.count) : .answeredByPods(self.answeredByPods))]
    }
}
