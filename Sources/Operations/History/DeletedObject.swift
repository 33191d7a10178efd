import EtcdStorage
public import KubernetesRegistry

/// A deletion of an object.
public struct DeletedObject: Sendable {
    public var deletion: RetainedChange
    /// When it was deleted.
    public var time: PlacedTime
    /// The state in which it was deleted; nil when it is not retained.
    public var lastState: RetainedChange?
    /// When that state was made.
    public var lastTime: PlacedTime?
    /// The change by which it was created again; nil when it was not.
    public var comeback: RetainedChange?
    public var comebackTime: PlacedTime?
    public var resource: Resource
    /// "" for cluster scope.
    public var namespace: String
    public var name: String
}

/// An object that was asked for by its name and cannot be brought back.
public enum NotDeleted: Sendable {
    case notFound(MissingObject)
    case lives(Resource, name: String)
    /// It was deleted before the time that was asked for.
    case earlier(Resource, name: String, revision: Int64)
}

/// Which objects of a history are meant.
public struct HistoryFilter: Sendable {
    /// The directories of the resources; nil for all.
    private var directories: Set<String>?
    /// The one namespace, with what is in none when its resource was named; nil for all.
    private var namespace: String?

    /// - Parameters:
    ///   - resources: The resources, as they were typed; empty for all.
    ///   - namespace: The one namespace; nil for all.
    ///   - registry: Where they are known.
    /// - Throws: `UnknownResource`.
    public init(
        _ resources: [String],
        namespace: String?,
        in registry: Registry
    ) throws(UnknownResource) {
        self.namespace = namespace
        guard !resources.isEmpty, resources != ["*"] else { return }
        var directories: Set<String> = []
        for typed in resources {
            for resource in try registry.resources(named: typed) { directories.insert(resource.directory) }
        }
        self.directories = directories
    }

    /// Whether the resources were named.
    public var namesResources: Bool { self.directories != nil }

    /// Whether an object is meant.
    public func contains(_ resource: Resource, namespace: String) -> Bool {
        if let directories, !directories.contains(resource.directory) { return false }
        guard let wanted = self.namespace else { return true }
        return namespace == wanted || namespace.isEmpty && self.namesResources
    }
}

extension ObjectTimeline {
    /// The deletions of objects, in order of revision.
    ///
    /// - Parameters:
    ///   - filter: Which objects.
    ///   - moment: Since when, in milliseconds since 1970; nil for all that is retained.
    /// - Returns: Each deletion, also of objects that came back.
    public func deletions(of filter: HistoryFilter, since moment: Int64?) -> [DeletedObject] {
        let changes = self.history.changes
        let followers = changes.followers()
        var found: [DeletedObject] = []
        for position in changes.position(ofFirstFrom: self.first(since: moment))..<changes.count {
            let change = changes[position]
            guard change.revision.main <= self.revision else { break }
            guard change.isDeletion, let deletion = self.history.objectChange(change),
                let resource = self.history.registry.resource(of: deletion.object)
            else { continue }
            let namespace = self.history.registry.namespace(of: deletion.object)
            guard filter.contains(resource, namespace: namespace) else { continue }
            let comeback = followers.change(after: change).flatMap { next in
                next.revision.main <= self.revision ? self.history.objectChange(next) : nil
            }
            found.append(self.deletedObject(by: deletion, comeback: comeback, resource))
        }
        return found
    }

    private func deletedObject(
        by deletion: RetainedChange,
        comeback: RetainedChange?,
        _ resource: Resource
    ) -> DeletedObject {
        let lastState = self.history.state(before: deletion)
        return DeletedObject(
            deletion: deletion,
            time: self.times.time(of: deletion.revision),
            lastState: lastState,
            lastTime: lastState.map { self.times.time(of: $0.revision) },
            comeback: comeback,
            comebackTime: comeback.map { self.times.time(of: $0.revision) },
            resource: resource,
            namespace: self.history.registry.namespace(of: deletion.object),
            name: self.history.registry.name(of: deletion.object)
        )
    }

    /// The deletions of the objects that do not live, of those that are asked for.
    ///
    /// - Parameters:
    ///   - queries: What is asked for.
    ///   - namespace: The one namespace; nil for all.
    ///   - moment: Since when, in milliseconds since 1970; nil for all that is retained.
    /// - Returns: The last deletion of each object, and the names that were asked for and have none.
    /// - Throws: `UnknownResource`.
    public func deletions(
        of queries: [ObjectQuery],
        namespace: String?,
        since moment: Int64?
    ) throws(UnknownResource) -> (found: [DeletedObject], missing: [NotDeleted]) {
        let first = self.first(since: moment)
        var found: [DeletedObject] = []
        // An object may be named twice.
        var positions: Set<Int> = []
        var missing: [NotDeleted] = []
        for query in queries {
            var answers = try query.answers(in: self.history.registry, namespace: namespace)
            self.moveLaterObjects(to: &answers)
            missing += answers.flatMap(\.missing).map { NotDeleted.notFound($0) }
            for answer in answers {
                for object in answer.objects {
                    let last = self.history.changes(of: object, upTo: self.revision).last
                    if let last, last.isDeletion, last.revision >= first {
                        guard positions.insert(last.change.position).inserted else { continue }
                        found.append(self.deletedObject(by: last, comeback: nil, answer.resource))
                    } else if query.names != nil, let last {
                        let name = self.history.registry.name(of: object)
                        missing.append(
                            last.isDeletion
                                ? .earlier(answer.resource, name: name, revision: last.revision)
                                : .lives(answer.resource, name: name)
                        )
                    }
                }
            }
        }
        return (found, missing)
    }

    /// Counts objects that were created after the last revision that is shown among the missing.
    public func moveLaterObjects(to answers: inout [ObjectAnswer]) {
        for index in answers.indices {
            let resource = answers[index].resource
            let later = answers[index].objects.filter {
                self.history.changes(of: $0, upTo: self.revision).isEmpty
            }
            let registry = self.history.registry
            let keys = Set(later.map { registry.key(of: $0) })
            answers[index].objects.removeAll { keys.contains(registry.key(of: $0)) }
            answers[index].missing += later.map { object in
                MissingObject(
                    resource: resource,
                    name: registry.name(of: object),
                    namespace: resource.scope == .cluster ? nil : registry.namespace(of: object),
                    revision: self.revision
                )
            }
        }
    }
}
