import KubernetesCodec
import KubernetesRegistry

/// The namespaces in which objects live exist.
struct NamespaceJudge: Judge {
    private var known: Set<String> = []
    /// Objects by the namespace in which they live, and one of them.
    private var used: [String: (count: Int, first: String)] = [:]

    mutating func look(at object: JudgedObject) {
        if object.isOf("namespaces") { self.known.insert(object.name) }
        // Events go by themselves, and speak of namespaces that were just deleted.
        guard !object.namespace.isEmpty, object.resource.plural != "events" else { return }
        self.used[object.namespace, default: (0, object.place)].count += 1
    }

    mutating func add(_ other: Self) {
        self.known.formUnion(other.known)
        self.used.merge(other.used) { ($0.count + $1.count, $0.first) }
    }

    func checks() -> [RehearsalCheck] {
        let missing = self.used.filter { !self.known.contains($0.key) }.sorted { $0.key < $1.key }
        guard !missing.isEmpty else {
            let detail = "every namespace that objects live in is there"
            return [RehearsalCheck("namespaces", .pass, count: self.known.count, detail)]
        }
        var names = Names()
        for (namespace, use) in missing {
            names.note("\(namespace) (\(counted(use.count, "object")), such as \(use.first))")
        }
        return [RehearsalCheck("namespaces", .warn, count: missing.count, "missing: \(names.text)")]
    }
}
