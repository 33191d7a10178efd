public import KubernetesCodec
import KubernetesRegistry

/// The keys and plugins that encrypted objects need are there; without a configuration they are named.
public struct EncryptionCheck: ClusterCheck {
    public enum Result: CheckResult {
        case nothingEncrypted
        /// Every encrypted object was opened.
        case opened([NeededKey])
        /// Not one could be opened, which is as it should be without a configuration.
        case closed([NeededKey], first: ObjectReference, problem: CodecError)
        /// Some could be opened, and these could not.
        case partlyClosed([NeededKey], Sample<ObjectReference>, problem: CodecError)

        public var outcome: CheckOutcome {
            switch self {
            case .nothingEncrypted, .opened: .pass
            case .closed: .notChecked
            case .partlyClosed: .warn
            }
        }

        public var count: Int {
            switch self {
            case .nothingEncrypted: 0
            case .opened(let keys), .closed(let keys, _, _): keys.reduce(0) { $0 + $1.objectCount }
            case .partlyClosed(_, let closed, _): closed.count
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
        let isAllClosed = self.closed.count >= keys.reduce(0) { $0 + $1.objectCount }
        return [
            .encryption(
                isAllClosed
                    ? .closed(keys, first: first, problem: problem)
                    : .partlyClosed(keys, self.closed, problem: problem)
            )
        ]
    }
}
