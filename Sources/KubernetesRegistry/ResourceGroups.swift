/// All keys of one resource in one namespace.
struct ResourceGroup {
    /// Index into ``Registry/resources``.
    var resource: Int
    /// "" for cluster scope.
    var namespace: String
    /// Indices into ``Registry/runs``, in order: one, but for keys that no API server writes.
    var runs: [Int]
}

/// The groups of a registry that hold something.
struct ResourceGroups {
    private(set) var all: [ResourceGroup] = []
    private var indices: [Name: Int] = [:]
    /// For each resource the indices of its groups.
    private var byResource: [[Int]]

    private struct Name: Hashable {
        var resource: Int
        var namespace: String
    }

    init(of runs: [KeyRun], resourceCount: Int) {
        self.byResource = [[Int]](repeating: [], count: resourceCount)
        for (index, run) in runs.enumerated() {
            guard let directory = run.directory else { continue }
            let name = Name(resource: directory.resource, namespace: directory.namespace)
            if let known = self.indices[name] {
                self.all[known].runs.append(index)
            } else {
                self.indices[name] = self.all.count
                self.byResource[directory.resource].append(self.all.count)
                self.all.append(
                    ResourceGroup(resource: directory.resource, namespace: directory.namespace, runs: [index])
                )
            }
        }
    }

    func isEmpty(_ resource: Int) -> Bool { self.byResource[resource].isEmpty }

    /// The runs of a resource, in order; with a namespace, of that one and of what is in none.
    func runs(of resource: Int, namespace: String?) -> [Int] {
        guard let namespace else {
            let runs = self.byResource[resource].flatMap { self.all[$0].runs }
            return self.byResource[resource].count == 1 ? runs : runs.sorted()
        }
        let named = self.runs(of: Name(resource: resource, namespace: namespace))
        if namespace.isEmpty { return named }
        let clusterWide = self.runs(of: Name(resource: resource, namespace: ""))
        return clusterWide.isEmpty ? named : (clusterWide + named).sorted()
    }

    private func runs(of name: Name) -> [Int] {
        self.indices[name].map { self.all[$0].runs } ?? []
    }
}
