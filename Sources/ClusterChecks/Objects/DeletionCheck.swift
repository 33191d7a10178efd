import KubernetesCodec
import KubernetesRegistry

/// No object is being deleted and still there.
public struct DeletionCheck: ClusterCheck {
    public enum Result: CheckResult {
        case nothingToDelete
        case beingDeleted(namespaces: Sample<String>, Sample<Finalizing>)

        public var outcome: CheckOutcome {
            switch self {
            case .nothingToDelete: .pass
            case .beingDeleted: .warn
            }
        }

        public var count: Int {
            switch self {
            case .nothingToDelete: 0
            case .beingDeleted(let namespaces, let objects): namespaces.count + objects.count
            }
        }
    }

    /// An object that is deleted once a finalizer is gone.
    public struct Finalizing: Hashable, Sendable {
        public var object: ObjectReference
        /// The first of its finalizers.
        public var finalizer: String
    }

    private var namespaces = Sample<String>()
    private var finalizing = Sample<Finalizing>()

    init() {}

    mutating func look(at object: CheckedObject) {
        if object.isOf("namespaces") {
            let phase = object.root["status", "phase"]?.string
            if object.isBeingDeleted || phase == "Terminating" { self.namespaces.add(object.name) }
        } else if object.isBeingDeleted {
            let finalizers = object.root["metadata", "finalizers"]?.elements.compactMap(\.string) ?? []
            guard let first = finalizers.first else { return }
            self.finalizing.add(Finalizing(object: object.reference, finalizer: first))
        }
    }

    mutating func add(_ other: Self) {
        self.namespaces.add(other.namespaces)
        self.finalizing.add(other.finalizing)
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        let isEmpty = self.namespaces.isEmpty && self.finalizing.isEmpty
        return [
            .deletions(
                isEmpty ? .nothingToDelete : .beingDeleted(namespaces: self.namespaces, self.finalizing)
            )
        ]
    }
}
