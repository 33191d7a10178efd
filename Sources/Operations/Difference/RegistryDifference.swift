import EtcdStorage
import FoundationEssentials
import KubernetesCodec
public import KubernetesRegistry
import KubernetesTables

/// In what two states of a registry differ, object by object.
///
/// First the bytes are compared, where they lie; only what differs there is decoded. Objects that were written anew in
/// another encoding or version, or encrypted otherwise, and mean the same, are no difference.
public struct RegistryDifference: Sendable {
    private let old: Registry
    private let new: Registry
    private let request: DifferenceRequest
    private let keys: ComparedKeys
    private let selection: PairSelection
    /// The objects that are asked for by their names and are in neither state.
    public let missing: [MissingObject]

    /// - Throws: `UnknownResource` when nothing in either registry is called as a resource was typed; `SelectorError`.
    public init(from old: Registry, to new: Registry, _ request: DifferenceRequest) throws {
        self.old = old
        self.new = new
        self.request = request
        self.keys = try ComparedKeys(request, in: [old, new])
        self.selection = try PairSelection(request, old, new)
        self.missing = request.queries.missing(in: old, new, namespace: request.namespace)
    }

    /// Calls `make` for every object that differs, and `take` with what it made of each run of objects, in order of
    /// the keys.
    ///
    /// - Parameters:
    ///   - start: What `make` adds to.
    ///   - make: Adds an object; called on several threads at once, each with its own value.
    ///   - take: Takes what was made of a run.
    /// - Returns: How many there are of each resource and namespace, and what could not be compared.
    /// - Throws: What `make` and `take` throw, and `StorageError` for a damaged record.
    public func forEach<Made: Sendable>(
        startingWith start: Made,
        make: @escaping @Sendable (inout Made, ObjectChange) throws -> Void,
        take: (Made) async throws -> Void
    ) async throws -> DifferenceSummary {
        let (old, new) = (self.old.keyspace, self.new.keyspace)
        let difference = try KeyspaceDifference(
            from: old,
            to: new,
            within: self.keys.ranges(old, new),
            depth: self.request.included.contains(.resourceVersion) ? .records : .values
        )
        let runs = difference.changes.runs(ofByteCount: 512 << 10) { $0.byteCount(old, new) }
        var summary = DifferenceSummary()
        try await inOrder(runs, width: ProcessInfo.processInfo.activeProcessorCount) { changes in
            var reader = PairReader(old: self.old, new: self.new, self.request, self.selection)
            var made = start
            for change in changes where self.isWanted(change) {
                if let change = try reader.read(change) { try make(&made, change) }
            }
            return (made: made, summary: reader.summary)
        } take: { run in
            summary.add(run.summary)
            try await take(run.made)
        }
        try old.checkUnchanged()
        try new.checkUnchanged()
        return summary
    }

    private func isWanted(_ change: KeyspaceDifference.Change) -> Bool {
        switch change {
        case .removed(let position), .changed(let position, _):
            self.keys.contains(self.old.object(at: position), in: self.old)
        case .added(let position): self.keys.contains(self.new.object(at: position), in: self.new)
        }
    }
}

extension [ObjectQuery] {
    /// What is asked for by its name and is in neither registry, each once.
    fileprivate func missing(in old: Registry, _ new: Registry, namespace: String?) -> [MissingObject] {
        self.filter { $0.names != nil }.flatMap { query in
            var there: Set<String> = []
            var missing: [MissingObject] = []
            for registry in [old, new] {
                for answer in (try? query.answers(in: registry, namespace: namespace)) ?? [] {
                    there.formUnion(answer.objects.map { registry.name(of: $0) })
                    let known = Set(missing.map(\.name))
                    missing += answer.missing.filter { !known.contains($0.name) }
                }
            }
            return missing.filter { !there.contains($0.name) }
        }
    }
}

extension KeyspaceDifference.Change {
    /// The stored bytes of its states.
    fileprivate func byteCount(_ old: Keyspace, _ new: Keyspace) -> Int {
        switch self {
        case .removed(let position): old[position].valueByteCount
        case .added(let position): new[position].valueByteCount
        case .changed(let position, let other): old[position].valueByteCount + new[other].valueByteCount
        }
    }
}
