import EtcdStorage
public import KubernetesCodec
public import KubernetesRegistry
public import KubernetesTables

/// The last states of deleted objects, made fit to be applied.
public struct Undelete: Sendable {
    private let timeline: ObjectTimeline
    /// Objects whose labels are others are left out; nil for none.
    public var selector: LabelSelector?

    public init(_ timeline: ObjectTimeline) {
        self.timeline = timeline
    }

    /// What was deleted and can be printed.
    public struct Result: Sendable {
        public var objects: [UndeletedObject] = []
        /// What could not be read.
        public var problems = ReadingProblems(.leftOut)
    }

    /// Reads the last states.
    ///
    /// - Parameter deletions: Of objects that did not come back, at most one of each object.
    /// - Returns: The objects, namespaces and definitions first, the rest in order of their keys.
    /// - Throws: `StorageError` for a damaged record; `CodecError`, `.tooLarge`.
    public func run(_ deletions: [DeletedObject]) throws -> Result {
        let history = self.timeline.history
        var reader = ObjectReader(
            of: history.registry,
            decryption: self.timeline.decryption,
            hidesManagedFields: true
        )
        let owners = LiveOwners(in: self.timeline)
        var result = Result()
        for deletion in deletions {
            guard let state = deletion.lastState else { continue }
            let read = try reader.read(state.object)
            guard read.problem == nil else {
                result.problems.note(read, of: state.object, in: history.registry)
                continue
            }
            var document = reader.document
            if let selector, !selector.matches(document.root) { continue }
            let missing = owners.missing(of: document.root, namespace: deletion.namespace)
            document.removeWhatServersSet()
            result.objects.append(
                UndeletedObject(
                    deletion: deletion,
                    document: document,
                    isSecret: isSecret(document, deletion.resource),
                    missingOwners: missing
                )
            )
        }
        result.objects.sort { ($0.rank, $0.key) < ($1.rank, $1.key) }
        return result
    }
}

/// A deleted object as it can be applied again.
public struct UndeletedObject: Sendable {
    public var deletion: DeletedObject
    public var document: Document
    /// Whether it holds secret values.
    public var isSecret: Bool
    /// Its owners that are not there any more: `ReplicaSet/web-5d4f`.
    public var missingOwners: [String]

    /// What others need comes first.
    fileprivate var rank: Int {
        switch self.deletion.resource.qualifiedName {
        case "customresourcedefinitions.apiextensions.k8s.io": 0
        case "namespaces": 1
        default: 2
        }
    }

    fileprivate var key: String {
        self.deletion.resource.key(namespace: self.deletion.namespace, name: self.deletion.name)
    }
}

extension Document {
    /// Takes away what an API server sets itself when an object is created.
    fileprivate mutating func removeWhatServersSet() {
        for name in [
            "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
            "managedFields", "selfLink",
        ] {
            self.remove("metadata", name)
        }
        self.remove("status")
    }
}

/// Tells which owners of an object are there.
private struct LiveOwners {
    private let timeline: ObjectTimeline
    private let resources: [String: [Resource]]

    init(in timeline: ObjectTimeline) {
        self.timeline = timeline
        self.resources = Dictionary(grouping: timeline.history.registry.resources) { $0.kind }
    }

    /// The owners of `object` that do not live, or not with the same uid.
    func missing(of object: Value, namespace: String) -> [String] {
        object.list("metadata", "ownerReferences").filter { !self.lives($0, namespace: namespace) }.map {
            "\($0.text("kind"))/\($0.text("name"))"
        }
    }

    private func lives(_ owner: Value, namespace: String) -> Bool {
        let group = owner.text("apiVersion").split(separator: "/").dropLast().first.map(String.init) ?? ""
        let history = self.timeline.history
        let resources = (self.resources[owner.text("kind")] ?? []).filter {
            $0.group == group || $0.otherGroups.contains(group)
        }
        return resources.contains { resource in
            let place = resource.scope == .cluster ? "" : namespace
            let key = resource.key(namespace: place, name: owner.text("name"))
            guard let object = history.registry.object(atKey: key),
                let last = history.changes(of: object, upTo: self.timeline.revision).last, !last.isDeletion
            else { return false }
            var reader = ObjectReader(
                of: history.registry,
                decryption: self.timeline.decryption,
                hidesManagedFields: true
            )
            guard let read = try? reader.read(last.object), read.problem == nil else { return true }
            return reader.document.root.text("metadata", "uid") == owner.text("uid")
        }
    }
}
