import EtcdStorage
import KubernetesRegistry

/// Which keys of two registries are compared, and which objects count.
struct ComparedKeys: Sendable {
    /// The objects that are wanted of a resource: all, or those of these names.
    fileprivate struct Wanted: Sendable {
        /// Nil for all.
        var names: Set<String>?
    }

    /// By a resource's own name and directory; nil for all that are not left out.
    private var wanted: [String: Wanted]?
    private let namespace: String?
    private let included: Set<DifferencePart>
    /// The keys that are looked at, in order and without overlap.
    private let keys: [KeyRange]

    /// - Throws: `UnknownResource` when nothing in either registry is called as a resource was typed.
    init(
        _ request: DifferenceRequest,
        in registries: [Registry]
    ) throws(UnknownResource) {
        self.namespace = request.namespace
        self.included = request.included
        guard !request.queries.isEmpty else {
            self.wanted = nil
            self.keys = Self.keys(without: request.included, in: registries, namespace: request.namespace)
            return
        }
        var wanted: [String: Wanted] = [:]
        var resources: [Resource] = []
        for query in request.queries {
            for typed in query.resources {
                let found = try Self.resources(named: typed, in: registries)
                resources += found
                for resource in found { wanted[resource.mark, default: Wanted(names: [])].add(query.names) }
            }
        }
        self.wanted = wanted
        let keys = Registry.objectKeys(of: resources, namespace: request.namespace)
        self.keys = KeyRange.withoutOverlap(keys).sorted { $0.start.lexicographicallyPrecedes($1.start) }
    }

    /// The resources of that name in any of the registries.
    private static func resources(
        named typed: String,
        in registries: [Registry]
    ) throws(UnknownResource) -> [Resource] {
        var found: [Resource] = []
        var failure: UnknownResource?
        for registry in registries {
            do {
                found += try knownResources(named: typed, in: registry)
            } catch {
                failure = failure ?? error
            }
        }
        if found.isEmpty, let failure { throw failure }
        return found
    }

    /// All keys but those of what is left out; with a namespace those of that one alone.
    private static func keys(
        without included: Set<DifferencePart>,
        in registries: [Registry],
        namespace: String?
    ) -> [KeyRange] {
        let resources = registries.flatMap(\.resources)
        let isIncluded = { (resource: Resource) in
            DifferencePart(resource).map { included.contains($0) } ?? true
        }
        if let namespace {
            let own = resources.filter { $0.scope != .cluster && isIncluded($0) }
            return KeyRange.withoutOverlap(Registry.objectKeys(of: own, namespace: namespace))
                .sorted { $0.start.lexicographicallyPrecedes($1.start) }
        }
        let leftOut = resources.filter { !isIncluded($0) && !$0.kind.isEmpty }
        return KeyRange.withoutOverlap(Registry.objectKeys(of: leftOut, namespace: nil))
            .sorted { $0.start.lexicographicallyPrecedes($1.start) }.gaps
    }

    /// The positions that are compared with each other.
    func ranges(_ old: Keyspace, _ new: Keyspace) -> [(old: Range<Int>, new: Range<Int>)] {
        self.keys.map { (old.positions(of: $0), new.positions(of: $0)) }
            .filter { !$0.old.isEmpty || !$0.new.isEmpty }
    }

    /// Whether an object counts.
    func contains(_ object: StoredObject, in registry: Registry) -> Bool {
        guard let resource = registry.resource(of: object) else { return false }
        let namespace = registry.namespace(of: object)
        if let wanted {
            guard let own = wanted[resource.mark] else { return false }
            if let only = self.namespace, !namespace.isEmpty, namespace != only { return false }
            return own.names.map { $0.contains(registry.name(of: object)) } ?? true
        }
        if let only = self.namespace, namespace != only { return false }
        return DifferencePart(resource).map { self.included.contains($0) } ?? true
    }
}

extension ComparedKeys.Wanted {
    fileprivate mutating func add(_ names: [String]?) {
        guard let names else {
            self.names = nil
            return
        }
        self.names?.formUnion(names)
    }
}

extension Resource {
    /// What tells a resource from all others, the keys that are named by themselves included.
    fileprivate var mark: String { "\(self.directory) \(self.qualifiedName)" }
}

extension [KeyRange] {
    /// What lies between ranges that are in order and do not overlap.
    fileprivate var gaps: [KeyRange] {
        var gaps: [KeyRange] = []
        var start: [UInt8] = []
        for range in self {
            if start.lexicographicallyPrecedes(range.start) {
                gaps.append(KeyRange(start: start, end: .before(range.start)))
            }
            guard let end = range.upperBound else { return gaps }
            start = end
        }
        return gaps + [KeyRange(start: start, end: .none)]
    }
}
