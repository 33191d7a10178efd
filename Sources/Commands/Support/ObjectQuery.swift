import EtcdStorage
import KubernetesRegistry

/// One thing that `get` is asked for: resources, and names when only some objects are wanted.
struct ObjectQuery {
    /// As they were typed.
    var resources: [String]
    /// Nothing for all objects.
    var names: [String]?

    /// Reads `RESOURCE[,RESOURCE] [NAME ...]` or `RESOURCE/NAME ...`.
    ///
    /// - Throws: `Failure` in kubectl's words when the two are mixed, or names are asked for everywhere.
    static func queries(_ arguments: [String], isEverywhere: Bool) throws -> [ObjectQuery] {
        let queries: [ObjectQuery]
        if arguments.contains(where: { $0.contains("/") }) {
            queries = try arguments.map { argument in
                let parts = argument.split(separator: "/", maxSplits: 1).map(String.init)
                guard parts.count == 2 else {
                    throw Failure(
                        "\"\(argument)\" is not a RESOURCE/NAME as the others are",
                        advice: "say RESOURCE/NAME each time, or one RESOURCE and then names",
                        status: .badInput
                    )
                }
                return ObjectQuery(resources: list(parts[0]), names: [parts[1]])
            }
        } else {
            let names = Array(arguments.dropFirst())
            let resources = list(arguments.first ?? "")
            queries = [ObjectQuery(resources: resources, names: names.isEmpty ? nil : names)]
        }
        guard !isEverywhere || queries.allSatisfy({ $0.names == nil }) else {
            throw Failure(
                "an object cannot be asked for by name across all namespaces",
                advice: "say its namespace with -n",
                status: .badInput
            )
        }
        return queries
    }

    /// What there is in `registry`.
    ///
    /// - Throws: `Failure` when nothing is called as a resource was typed.
    func answers(in registry: Registry, namespace: String?) throws -> [ObjectAnswer] {
        var answers: [ObjectAnswer] = []
        for typed in self.resources {
            var found = try knownResources(named: typed, in: registry).map { resource in
                let objects = registry.objects(of: [resource], namespace: namespace, names: self.names)
                return ObjectAnswer(resource: resource, objects: objects, missing: [])
            }
            // A resource may lie below two roots: a name is missing when it is below neither.
            if !found.isEmpty { found[0].missing = self.missing(found, in: registry, namespace) }
            answers += found
        }
        return answers
    }

    private func missing(_ found: [ObjectAnswer], in registry: Registry, _ namespace: String?) -> [String] {
        guard let names = self.names, let resource = found.first?.resource else { return [] }
        let there = Set(found.flatMap { $0.objects.map { registry.name(of: $0) } })
        let place = resource.scope == .cluster ? "" : namespace.map { " in namespace \($0)" } ?? ""
        return names.filter { !there.contains($0) }.map {
            "\(resource.qualifiedName) \"\($0)\" not found\(place) at revision \(registry.keyspace.revision)"
        }
    }
}

extension [ObjectQuery] {
    /// Whether they ask for one object of one resource by its name, which then stands alone and not in a list.
    var isForOneObject: Bool {
        self.count == 1 && self.first?.names?.count == 1 && self.first?.resources.count == 1
    }
}

/// What there is of one resource.
struct ObjectAnswer {
    var resource: Resource
    var objects: [StoredObject]
    /// A sentence for each name that is not there.
    var missing: [String]
}

/// Puts neighbours of one resource together: `pod/a pod/b` is one table.
func merged(_ answers: [ObjectAnswer]) -> [ObjectAnswer] {
    var merged: [ObjectAnswer] = []
    for answer in answers {
        if let last = merged.indices.last, merged[last].resource == answer.resource {
            merged[last].objects += answer.objects
        } else {
            merged.append(answer)
        }
    }
    return merged
}

private func list(_ argument: String) -> [String] {
    argument.split(separator: ",").map(String.init)
}

/// The resources of that name, or a failure that names the nearest.
private func knownResources(named typed: String, in registry: Registry) throws -> [Resource] {
    if typed == "*" { return registry.resources.filter { !$0.kind.isEmpty || $0.group.contains(".") } }
    do {
        return try registry.resources(named: typed)
    } catch {
        throw Failure(
            "no resource is called \"\(error.asked)\"",
            advice: error.nearest.isEmpty
                ? "`registree list` shows the resources that are there"
                : "did you mean \(error.nearest.joined(separator: " or "))?",
            status: .badInput
        )
    }
}
