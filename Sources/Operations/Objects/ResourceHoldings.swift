public import KubernetesRegistry

extension ObjectWalk {
    /// What the source holds of each resource: of those that have objects, and of custom resources that are defined.
    ///
    /// - Throws: `StorageError` for a damaged record.
    public func holdings() async throws -> (holdings: [ResourceHolding], problems: ReadingProblems) {
        var holdings: [ResourceHolding] = []
        var problems = ReadingProblems()
        for resource in self.registry.resources where resource.origin != .otherKeys {
            let objects = self.registry.objects(of: [resource])
            guard !objects.isEmpty || resource.origin == .definition else { continue }
            var holding = ResourceHolding(resource)
            let found = try await self.forEach(of: objects, startingWith: holding) { holding, found in
                holding.add(found.read)
            } take: { run, _ in
                holding.add(run)
            }
            problems.add(found)
            holdings.append(holding)
        }
        return (holdings, problems)
    }
}
