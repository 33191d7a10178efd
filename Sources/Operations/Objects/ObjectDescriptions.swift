public import EtcdStorage
import KubernetesCodec
public import KubernetesRegistry

/// Finds what belongs to some objects, and describes one after the other.
public struct ObjectDescriptions: Sendable {
    private let walk: ObjectWalk
    private let leases: [Lease]

    /// - Parameters:
    ///   - walk: Which of the objects are selected, and how they are read.
    ///   - leases: What the source says of leases.
    public init(_ walk: ObjectWalk, leases: [Lease]) {
        self.walk = walk
        self.leases = leases
    }

    /// Calls `body` with the description of every selected object, in order.
    ///
    /// All objects that can belong to them are read once, and only their places are kept. The values of a bounded
    /// number of events and EndpointSlices are held for one description at a time.
    ///
    /// - Returns: What of the selected objects could not be read.
    public func forEach(
        of objects: [StoredObject],
        namespace: String?,
        _ body: (ObjectDescription) throws -> Void
    ) async throws -> ReadingProblems {
        let (described, problems) = try await self.selected(of: objects)
        guard !described.isEmpty else { return problems }
        let relations = try await self.relations(of: described, namespace: namespace)
        var describer = Describer(
            for: described,
            in: self.walk.registry,
            leases: self.leases,
            decryption: self.walk.decryption
        )
        for (object, relations) in zip(described, relations) {
            try body(describer.describe(object, relations))
        }
        return problems
    }

    private func selected(
        of objects: [StoredObject]
    ) async throws -> (described: [DescribedObject], problems: ReadingProblems) {
        var described: [DescribedObject] = []
        let problems = try await self.walk.forEach(of: objects, startingWith: [DescribedObject]()) {
            run,
            found in
            run.append(DescribedObject(found.object, found.document.root))
        } take: { run, _ in
            described += run
        }
        return (described, problems)
    }

    /// What belongs to each of the objects, found among those of their namespace; everywhere, when one of them
    /// is in none.
    private func relations(of described: [DescribedObject], namespace: String?) async throws -> [[Relation]] {
        let registry = self.walk.registry
        let isInside = described.allSatisfy { !registry.namespace(of: $0.object).isEmpty }
        let finder = RelationFinder(for: described)
        let objects = registry.objects(of: registry.resources, namespace: isInside ? namespace : nil)
            .filter { !isInside || !registry.namespace(of: $0).isEmpty }
        let candidates = finder.candidates(among: objects, in: registry)
        let walk = ObjectWalk(of: registry, decryption: self.walk.decryption)
        var relations = Relations()
        _ = try await walk.forEach(of: candidates, startingWith: Relations()) { run, found in
            guard found.read.problem == nil else { return }
            finder.add(found.object, found.document.root, to: &run)
        } take: { run, _ in
            relations.append(run)
        }
        return relations.byObject(count: described.count)
    }
}
