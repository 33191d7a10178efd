public import KubernetesCodec
import KubernetesRegistry

/// Every object decodes.
public struct DecodingCheck: ClusterCheck {
    public enum Result: CheckResult {
        case decoded(Decoded)
        case undecoded(Sample<Undecoded>)

        public var outcome: CheckOutcome {
            switch self {
            case .decoded: .pass
            case .undecoded: .warn
            }
        }

        public var count: Int {
            switch self {
            case .decoded(let decoded): decoded.count
            case .undecoded(let objects): objects.count
            }
        }
    }

    /// All objects, and those among them that were written by what is newer or not known.
    public struct Decoded: Hashable, Sendable {
        public var count: Int
        public var resourceCount: Int
        public var unknownKinds: Sample<ObjectReference>
        public var newerFields: Sample<ObjectReference>
    }

    public struct Undecoded: Hashable, Sendable {
        public var object: ObjectReference
        public var problem: CodecError
    }

    private var count = 0
    private var resources: Set<String> = []
    private var lastResource: Resource?
    private var undecoded = Sample<Undecoded>()
    private var unknownKinds = Sample<ObjectReference>()
    private var newerFields = Sample<ObjectReference>()

    init() {}

    mutating func look(at object: CheckedObject) {
        self.count += 1
        // Objects come resource by resource.
        if self.lastResource?.directory != object.resource.directory {
            self.resources.insert(object.resource.qualifiedName)
            self.lastResource = object.resource
        }
        if let problem = object.read.problem {
            // An encrypted object that is not opened is EncryptionCheck's.
            if case .encrypted = problem.reason { return }
            self.undecoded.add(Undecoded(object: object.reference, problem: problem))
            return
        }
        guard let form = object.read.form else { return }
        if !form.isKnownKind { self.unknownKinds.add(object.reference) }
        if form.unknownFieldCount > 0 { self.newerFields.add(object.reference) }
    }

    mutating func add(_ other: Self) {
        self.count += other.count
        self.resources.formUnion(other.resources)
        self.undecoded.add(other.undecoded)
        self.unknownKinds.add(other.unknownKinds)
        self.newerFields.add(other.newerFields)
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        guard self.undecoded.isEmpty else { return [.decoding(.undecoded(self.undecoded))] }
        let decoded = Decoded(
            count: self.count,
            resourceCount: self.resources.count,
            unknownKinds: self.unknownKinds,
            newerFields: self.newerFields
        )
        return [.decoding(.decoded(decoded))]
    }
}
