import KubernetesCodec
import KubernetesRegistry

/// The owners of objects exist, in the same namespace or in cluster scope.
///
/// What has lost all its owners is deleted by the garbage collector soon after a start.
public struct OwnerCheck: ClusterCheck {
    public enum Result: CheckResult {
        /// So many objects have owners.
        case present(count: Int)
        /// Objects without any owner left, and those of which one among several is missing.
        case missing(orphans: Sample<ObjectReference>, others: Sample<ObjectReference>)

        public var outcome: CheckOutcome {
            switch self {
            case .present: .pass
            case .missing: .warn
            }
        }

        public var count: Int {
            switch self {
            case .present(let count): count
            case .missing(let orphans, let others): orphans.count + others.count
            }
        }
    }

    private struct Owner: Hashable {
        var uid: UID
        /// Hash of the namespace; 0 for cluster scope.
        var namespace: Int
    }

    private struct Reference {
        var owner: UID
        var namespace: Int
        /// Hashes of what the owner is called, in the namespace and in cluster scope.
        var names: (Int, Int)
        /// ``CheckedObject/index`` of the object that it owns.
        var object: UInt32
    }

    private var known: [Owner] = []
    private var references: [Reference] = []
    /// How many objects have owners.
    private var ownedCount = 0
    /// Hashes of what objects are called whose uid is not known because they cannot be read.
    private var closed: Set<Int> = []

    init() {}

    mutating func look(at object: CheckedObject) {
        let namespace = object.namespace.isEmpty ? 0 : object.namespace.hashValue
        guard object.isDecoded else {
            self.closed.insert(nameHash(object.resource.kind, object.name, namespace))
            return
        }
        if let uid = object.root["metadata", "uid"]?.string {
            self.known.append(Owner(uid: UID(uid), namespace: namespace))
        }
        // Leases of nodes and events are renewed or forgotten, whoever owned them.
        guard object.resource.plural != "events", object.resource.plural != "leases" else { return }
        let owners = object.root["metadata", "ownerReferences"]?.elements ?? []
        guard !owners.isEmpty else { return }
        self.ownedCount += 1
        for owner in owners {
            guard let uid = owner["uid"]?.string else { continue }
            let (kind, name) = (owner["kind"]?.string ?? "", owner["name"]?.string ?? "")
            self.references.append(
                Reference(
                    owner: UID(uid),
                    namespace: namespace,
                    names: (nameHash(kind, name, namespace), nameHash(kind, name, 0)),
                    object: UInt32(truncatingIfNeeded: object.index)
                )
            )
        }
    }

    mutating func add(_ other: Self) {
        self.known += other.known
        self.references += other.references
        self.ownedCount += other.ownedCount
        self.closed.formUnion(other.closed)
    }

    func results(_ objects: CheckedObjects) -> [ClusterCheckResult] {
        let known = Set(self.known)
        var missing: Set<UInt32> = []
        var present: Set<UInt32> = []
        for reference in self.references {
            if self.isThere(reference, known) {
                present.insert(reference.object)
            } else {
                missing.insert(reference.object)
            }
        }
        guard !missing.isEmpty else { return [.owners(.present(count: self.ownedCount))] }
        var orphans = Sample<ObjectReference>()
        var others = Sample<ObjectReference>()
        for object in missing.sorted() {
            if present.contains(object) {
                others.add(objects[Int(object)])
            } else {
                orphans.add(objects[Int(object)])
            }
        }
        return [.owners(.missing(orphans: orphans, others: others))]
    }

    private func isThere(_ reference: Reference, _ known: Set<Owner>) -> Bool {
        known.contains(Owner(uid: reference.owner, namespace: reference.namespace))
            || known.contains(Owner(uid: reference.owner, namespace: 0))
            || self.closed.contains(reference.names.0) || self.closed.contains(reference.names.1)
    }
}

/// A hash of an object's kind, name and namespace.
private func nameHash(_ kind: String, _ name: String, _ namespace: Int) -> Int {
    var hasher = Hasher()
    hasher.combine(kind)
    hasher.combine(name)
    hasher.combine(namespace)
    return hasher.finalize()
}

/// A uid in 16 bytes: the number that it writes, or a hash of any other text.
private struct UID: Hashable {
    private var value: UInt128

    init(_ text: String) {
        var number: UInt128 = 0
        var digits = 0
        for byte in text.utf8 {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "-"): continue
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default:
                digits = -1000
                digit = 0
            }
            digits += 1
            number = number << 4 | UInt128(digit)
        }
        self.value = digits == 32 ? number : UInt128(UInt(bitPattern: text.hashValue))
    }
}
