import KubernetesCodec
import KubernetesRegistry

/// The owners of objects exist, in the same namespace or in cluster scope.
///
/// What has lost all its owners is deleted by the garbage collector soon after a start.
struct OwnerJudge: Judge {
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
        /// Index into ``owned``.
        var object: UInt32
    }

    private var known: [Owner] = []
    private var references: [Reference] = []
    /// The places of objects that have owners.
    private var owned: [String] = []
    /// Hashes of what objects are called whose uid is not known because they cannot be read.
    private var closed: Set<Int> = []

    mutating func look(at object: JudgedObject) {
        let namespace = object.namespace.isEmpty ? 0 : object.namespace.hashValue
        guard object.isDecoded else {
            self.closed.insert(call(object.resource.kind, object.name, namespace))
            return
        }
        if let uid = object.root["metadata", "uid"]?.string {
            self.known.append(Owner(uid: UID(uid), namespace: namespace))
        }
        // Leases of nodes and events are renewed or forgotten, whoever owned them.
        guard object.resource.plural != "events", object.resource.plural != "leases" else { return }
        let owners = object.root["metadata", "ownerReferences"]?.elements ?? []
        guard !owners.isEmpty else { return }
        self.owned.append(object.place)
        for owner in owners {
            guard let uid = owner["uid"]?.string else { continue }
            let (kind, name) = (owner["kind"]?.string ?? "", owner["name"]?.string ?? "")
            self.references.append(
                Reference(
                    owner: UID(uid),
                    namespace: namespace,
                    names: (call(kind, name, namespace), call(kind, name, 0)),
                    object: UInt32(self.owned.count - 1)
                )
            )
        }
    }

    mutating func add(_ other: Self) {
        let base = UInt32(self.owned.count)
        self.known += other.known
        self.owned += other.owned
        for var reference in other.references {
            reference.object += base
            self.references.append(reference)
        }
        self.closed.formUnion(other.closed)
    }

    func checks() -> [RehearsalCheck] {
        let known = Set(self.known)
        var missing: [UInt32: Int] = [:]
        var present: Set<UInt32> = []
        for reference in self.references {
            let isThere =
                known.contains(Owner(uid: reference.owner, namespace: reference.namespace))
                || known.contains(Owner(uid: reference.owner, namespace: 0))
                || self.closed.contains(reference.names.0) || self.closed.contains(reference.names.1)
            if isThere {
                present.insert(reference.object)
            } else {
                missing[reference.object, default: 0] += 1
            }
        }
        guard !missing.isEmpty else {
            let detail = "objects with owners, which are all there"
            return [RehearsalCheck("owners", .pass, count: self.owned.count, detail)]
        }
        var orphans = Names()
        var others = Names()
        for object in missing.keys.sorted() {
            let place = self.owned[Int(object)]
            if present.contains(object) { others.note(place) } else { orphans.note(place) }
        }
        var parts: [String] = []
        if !orphans.isEmpty {
            parts.append("no owner of theirs exists, so garbage collection deletes them: \(orphans.text)")
        }
        if !others.isEmpty { parts.append("one of their owners is missing: \(others.text)") }
        return [RehearsalCheck("owners", .warn, count: missing.count, parts.joined(separator: "; "))]
    }
}

/// A hash of an object's kind, name and namespace.
private func call(_ kind: String, _ name: String, _ namespace: Int) -> Int {
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
