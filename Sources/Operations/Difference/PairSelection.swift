import KubernetesCodec
import KubernetesRegistry
import KubernetesTables

/// Which objects count by their labels and fields: those of which one of two states does.
struct PairSelection: Sendable {
    private var old: ObjectWalk
    private var new: ObjectWalk

    /// - Throws: `SelectorError` for a text that is not a selector, or a field that one of the resources does not have.
    init(_ request: DifferenceRequest, _ old: Registry, _ new: Registry) throws {
        self.old = ObjectWalk(of: old, decryption: request.decryption)
        self.new = ObjectWalk(of: new, decryption: request.decryption)
        try self.old.select(labels: request.labels, fields: request.fields, of: request.resources(in: old))
        try self.new.select(labels: request.labels, fields: request.fields, of: request.resources(in: new))
    }

    /// Whether an object must be read to know whether it counts.
    var isSelective: Bool { self.old.selects != nil }

    func containsOld(_ object: StoredObject, _ read: ReadObject, _ document: Document) -> Bool {
        self.old.selects?(ObjectWalk.Found(index: 0, object: object, read: read, document: document)) ?? true
    }

    func containsNew(_ object: StoredObject, _ read: ReadObject, _ document: Document) -> Bool {
        self.new.selects?(ObjectWalk.Found(index: 0, object: object, read: read, document: document)) ?? true
    }
}

extension DifferenceRequest {
    /// The resources whose fields are asked for: those that were typed, or all that hold something.
    fileprivate func resources(in registry: Registry) -> [Resource] {
        guard !self.queries.isEmpty else { return [] }
        return self.queries.flatMap(\.resources).flatMap {
            (try? knownResources(named: $0, in: registry)) ?? []
        }
    }
}
