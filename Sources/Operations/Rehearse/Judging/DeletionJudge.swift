import KubernetesCodec
import KubernetesRegistry

/// Nothing hangs halfway between being deleted and being gone.
struct DeletionJudge: Judge {
    private var terminating = Names()
    private var finalizing = Names()

    mutating func look(at object: JudgedObject) {
        if object.isOf("namespaces") {
            let phase = object.root["status", "phase"]?.string
            if object.isBeingDeleted || phase == "Terminating" { self.terminating.note(object.name) }
        } else if object.isBeingDeleted {
            let finalizers = object.root["metadata", "finalizers"]?.elements.compactMap(\.string) ?? []
            guard let first = finalizers.first else { return }
            self.finalizing.note("\(object.place) (\(first))")
        }
    }

    mutating func add(_ other: Self) {
        self.terminating.add(other.terminating)
        self.finalizing.add(other.finalizing)
    }

    func checks() -> [RehearsalCheck] {
        let count = self.terminating.count + self.finalizing.count
        guard count > 0 else {
            return [RehearsalCheck("deletions", .pass, "nothing waits to be deleted")]
        }
        var parts: [String] = []
        if !self.terminating.isEmpty { parts.append("terminating namespaces: \(self.terminating.text)") }
        if !self.finalizing.isEmpty { parts.append("waiting for finalizers: \(self.finalizing.text)") }
        let detail = "will go on being deleted; " + parts.joined(separator: "; ")
        return [RehearsalCheck("deletions", .warn, count: count, detail)]
    }
}
