import EtcdStorage
public import KubernetesRegistry

/// One thing that a person asks for: resources, and names when only some objects are wanted.
public struct ObjectQuery: Hashable, Sendable {
    /// As they were typed.
    public var resources: [String]
    /// nil for all objects.
    public var names: [String]?

    /// Reads `RESOURCE[,RESOURCE] [NAME ...]` or `RESOURCE/NAME ...`.
    ///
    /// - Parameters:
    ///   - arguments: What was typed.
    ///   - isEverywhere: Whether all namespaces are meant.
    /// - Returns: One query for all arguments, or one for each `RESOURCE/NAME`.
    /// - Throws: `ObjectQueryError` when the two are mixed, or names are asked for everywhere.
    public static func queries(
        _ arguments: [String],
        isEverywhere: Bool
    ) throws(ObjectQueryError) -> [ObjectQuery] {
        var queries: [ObjectQuery] = []
        if arguments.contains(where: { $0.contains("/") }) {
            for argument in arguments {
                let parts = argument.split(separator: "/", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw .notResourceAndName(argument) }
                queries.append(ObjectQuery(resources: list(parts[0]), names: [parts[1]]))
            }
        } else {
            let names = Array(arguments.dropFirst())
            let resources = list(arguments.first ?? "")
            queries = [ObjectQuery(resources: resources, names: names.isEmpty ? nil : names)]
        }
        guard !isEverywhere || queries.allSatisfy({ $0.names == nil }) else {
            throw .nameInAllNamespaces
        }
        return queries
    }

    /// What there is in `registry`.
    ///
    /// - Throws: `UnknownResource` when nothing is called as a resource was typed.
    public func answers(
        in registry: Registry,
        namespace: String?
    ) throws(UnknownResource) -> [ObjectAnswer] {
        var answers: [ObjectAnswer] = []
        for typed in self.resources {
            var found = try knownResources(named: typed, in: registry).map { resource in
                let objects = registry.objects(of: [resource], namespace: namespace, names: self.names)
                return ObjectAnswer(resource: resource, objects: objects)
            }
            // A resource may lie below two roots: a name is missing when it is below neither.
            if !found.isEmpty { found[0].missing = self.missing(found, in: registry, namespace) }
            answers += found
        }
        return answers
    }

    private func missing(
        _ found: [ObjectAnswer],
        in registry: Registry,
        _ namespace: String?
    ) -> [MissingObject] {
        guard let names = self.names, let resource = found.first?.resource else { return [] }
        let there = Set(found.flatMap { $0.objects.map { registry.name(of: $0) } })
        return names.filter { !there.contains($0) }.map { name in
            MissingObject(
                resource: resource,
                name: name,
                namespace: resource.scope == .cluster ? nil : namespace,
                revision: registry.keyspace.revision
            )
        }
    }
}

/// Why what was typed for resources and names cannot be understood.
public enum ObjectQueryError: Error, Hashable, Sendable {
    /// Others are `RESOURCE/NAME`, and this one is not.
    case notResourceAndName(String)
    /// A name is asked for in all namespaces.
    case nameInAllNamespaces
}

extension [ObjectQuery] {
    /// Whether they ask for one object of one resource by its name and found no more, so that it stands alone and
    /// not in a list.
    ///
    /// A category such as `all` is several resources, and one resource may lie below two roots.
    public func areForOneObject(_ answers: [ObjectAnswer]) -> Bool {
        self.count == 1 && self.first?.names?.count == 1 && self.first?.resources.count == 1
            && answers.reduce(0) { $0 + $1.objects.count } < 2
    }

    /// What there is in `registry` of all that is asked for.
    ///
    /// - Throws: `UnknownResource` when nothing is called as a resource was typed.
    public func answers(
        in registry: Registry,
        namespace: String?
    ) throws(UnknownResource) -> [ObjectAnswer] {
        var answers: [ObjectAnswer] = []
        for query in self { answers += try query.answers(in: registry, namespace: namespace) }
        return answers
    }
}

/// What there is of one resource.
public struct ObjectAnswer: Sendable {
    public var resource: Resource
    public var objects: [StoredObject]
    /// The names that were asked for and are not there.
    public var missing: [MissingObject] = []
}

/// An object that was asked for by its name and is not there.
public struct MissingObject: Hashable, Sendable {
    public var resource: Resource
    public var name: String
    /// The one namespace in which it was looked for; nil for all, and in cluster scope.
    public var namespace: String?
    public var revision: Int64
}

extension [ObjectAnswer] {
    /// Neighbours of one resource put together: `pod/a pod/b` is one table.
    public var merged: [ObjectAnswer] {
        var merged: [ObjectAnswer] = []
        for answer in self {
            if let last = merged.indices.last, merged[last].resource == answer.resource {
                merged[last].objects += answer.objects
            } else {
                merged.append(answer)
            }
        }
        return merged
    }
}

private func list(_ argument: String) -> [String] {
    argument.split(separator: ",").map(String.init)
}

/// The resources of that name; `*` is every resource that is there.
func knownResources(named typed: String, in registry: Registry) throws(UnknownResource) -> [Resource] {
    guard typed != "*" else {
        return registry.resources.filter { !$0.kind.isEmpty || $0.group.contains(".") }
    }
    return try registry.resources(named: typed)
}
