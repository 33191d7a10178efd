public import KubernetesCodec
import KubernetesRegistry

/// The keys and plugins that encrypted objects need are there; without a configuration they are named.
public struct EncryptionCheck: ClusterCheck {
    public enum Result: CheckResult {
        case nothingEncrypted
        /// Every encrypted object was opened.
        case opened([NeededKey])
        /// There is no configuration, so none could be opened.
        case withoutConfiguration([NeededKey], first: ObjectReference, problem: CodecError)
        /// There is a configuration, and these could not be opened with it.
        case unopened([NeededKey], Sample<ObjectReference>, problem: CodecError)

        public var outcome: CheckOutcome {
            switch self {
            case .nothingEncrypted, .opened: .pass
            case .withoutConfiguration: .notChecked
            case .unopened: .warn
            }
        }

        public var count: Int {
            switch self {
            case .nothingEncrypted: 0
            case .opened(let keys), .withoutConfiguration(let keys, _, _):
                keys.reduce(0) { $0 + $1.objectCount }
            case .unopened(_, let closed, _): closed.count
            }
        }
    }

    /// A key or plugin, and how many objects it opens.
    public struct NeededKey: Hashable, Sendable {
        /// `aescbc key "key1"`, as ``EncryptedValue`` describes it.
        public var name: String
        public var objectCount: Int
    }

    private var needed: [String: Int] = [:]
    private var closed = Sample<ObjectReference>()
    private var firstProblem: CodecError?

    init() {}

    mutating func look(at object: CheckedObject) {
        guard let encryption = object.read.encryption else { return }
        self.needed[encryption.description, default: 0] += 1
        guard let problem = object.read.problem else { return }
        self.firstProblem = self.firstProblem ?? problem
        self.closed.add(object.reference)
    }

    mutating func add(_ other: Self) {
        self.needed.merge(other.needed, uniquingKeysWith: +)
        self.closed.add(other.closed)
        self.firstProblem = self.firstProblem ?? other.firstProblem
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        let keys = self.needed.sorted { $0.key < $1.key }
            .map { NeededKey(name: $0.key, objectCount: $0.value) }
        guard !keys.isEmpty else { return [.encryption(.nothingEncrypted)] }
        guard let problem = self.firstProblem, let first = self.closed.first.first else {
            return [.encryption(.opened(keys))]
        }
        return [
            .encryption(
                objects.hasConfiguration
                    ? .unopened(keys, self.closed, problem: problem)
                    : .withoutConfiguration(keys, first: first, problem: problem)
            )
        ]
    }
}
