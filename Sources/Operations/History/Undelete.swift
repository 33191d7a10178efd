import EtcdStorage
public import KubernetesCodec
public import KubernetesRegistry
public import KubernetesTables

/// The last states of deleted objects, made fit to be applied.
public struct Undelete: Sendable {
    private let timeline: ObjectTimeline
    /// Objects whose labels are others are left out; nil for none.
    public var selector: LabelSelector?
    /// What is done with last states that cannot be read.
    public var unreadable = UnreadableRule.leftOut

    public init(_ timeline: ObjectTimeline) {
        self.timeline = timeline
    }

    /// Reads the last states, and calls `take` with each that can be read and is selected.
    ///
    /// Left out is what API servers keep for themselves, which nobody can apply, and what has no state any more.
    ///
    /// - Parameters:
    ///   - deletions: Of objects that did not come back, at most one of each object.
    ///   - take: Gets the objects, namespaces and definitions first, the rest in order of their keys.
    /// - Returns: What could not be read, and how many were left out.
    /// - Throws: What `take` throws; `StorageError` for a damaged record.
    public func run(
        _ deletions: [DeletedObject],
        take: (UndeletedObject) throws -> Void
    ) throws -> (problems: ReadingProblems, leftOutCount: Int) {
        let history = self.timeline.history
        var reader = ObjectReader(
            of: history.registry,
            decryption: self.timeline.decryption,
            hidesManagedFields: true
        )
        var owners = LiveOwners(in: self.timeline)
        var problems = ReadingProblems(self.unreadable)
        var leftOutCount = 0
        for deletion in deletions.sorted(by: { ($0.rank, $0.key) < ($1.rank, $1.key) }) {
            guard deletion.isObject, let state = deletion.lastState else {
                leftOutCount += 1
                continue
            }
            let read = try reader.read(state.object)
            guard read.problem == nil else {
                problems.note(read, of: state.object, in: history.registry)
                continue
            }
            var document = reader.document
            if let selector, !selector.matches(document.root) { continue }
            let missing = owners.missing(of: document.root, namespace: deletion.namespace)
            document.removeWhatServersSet(of: deletion.resource)
            try take(
                UndeletedObject(
                    deletion: deletion,
                    document: document,
                    isSecret: isSecret(document, deletion.resource),
                    missingOwners: missing
                )
            )
        }
        return (problems, leftOutCount)
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
}

extension DeletedObject {
    /// What others need comes first.
    fileprivate var rank: Int {
        switch self.resource.qualifiedName {
        case "customresourcedefinitions.apiextensions.k8s.io": 0
        case "namespaces": 1
        default: 2
        }
    }

    /// Whether it is one that a person could apply.
    fileprivate var isObject: Bool { self.resource.origin != .bookkeeping && !self.name.isEmpty }

    fileprivate var key: String { self.resource.key(namespace: self.namespace, name: self.name) }
}

extension Document {
    /// Takes away what an API server sets itself when an object is created.
    fileprivate mutating func removeWhatServersSet(of resource: Resource) {
        for name in [
            "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
            "managedFields", "selfLink",
        ] {
            self.remove("metadata", name)
        }
        self.remove("status")
        switch resource.qualifiedName {
        case "jobs.batch": self.removeWhatJobsAreGiven()
        case "pods": self.remove("spec", "ephemeralContainers")
        default: break
        }
    }

    /// Takes away the selector of a Job and the labels that it is made of, which a new Job gets for its own uid.
    ///
    /// Source: kubernetes/kubernetes `pkg/registry/batch/job/strategy.go`, `generateSelector`.
    private mutating func removeWhatJobsAreGiven() {
        guard self.root["spec", "manualSelector"]?.boolean != true else { return }
        self.remove("spec", "selector")
        for label in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
            self.remove("metadata", "labels", label)
            self.remove("spec", "template", "metadata", "labels", label)
        }
    }
}

/// Tells which owners of an object are there.
private struct LiveOwners {
    private let timeline: ObjectTimeline
    private let resources: [String: [Resource]]
    private var reader: ObjectReader
    /// The uids of the objects that live, by their keys; "" for one that cannot be read, nil for none.
    private var uids: [String: String?] = [:]

    init(in timeline: ObjectTimeline) {
        self.timeline = timeline
        self.resources = Dictionary(grouping: timeline.history.registry.resources) { $0.kind }
        self.reader = ObjectReader(
            of: timeline.history.registry,
            decryption: timeline.decryption,
            hidesManagedFields: true
        )
    }

    /// The owners of `object` that do not live, or not with the same uid.
    mutating func missing(of object: Value, namespace: String) -> [String] {
        var missing: [String] = []
        for owner in object.list("metadata", "ownerReferences") where !self.lives(owner, namespace: namespace)
        {
            missing.append("\(owner.text("kind"))/\(owner.text("name"))")
        }
        return missing
    }

    private mutating func lives(_ owner: Value, namespace: String) -> Bool {
        let group = owner.text("apiVersion").split(separator: "/").dropLast().first.map(String.init) ?? ""
        for resource in self.resources[owner.text("kind")] ?? []
        where resource.group == group || resource.otherGroups.contains(group) {
            let place = resource.scope == .cluster ? "" : namespace
            let uid = self.uid(at: resource.key(namespace: place, name: owner.text("name")))
            if let uid, uid.isEmpty || uid == owner.text("uid") { return true }
        }
        return false
    }

    /// The uid of the object at a key; nil when it does not live, "" when it cannot be read.
    private mutating func uid(at key: String) -> String? {
        if let known = self.uids[key] { return known }
        let history = self.timeline.history
        var uid: String?
        if let object = history.registry.object(atKey: key),
            let last = history.changes(of: object, upTo: self.timeline.revision).last, !last.isDeletion
        {
            uid = ""
            if let read = try? self.reader.read(last.object), read.problem == nil {
                uid = self.reader.document.root.text("metadata", "uid")
            }
        }
        self.uids[key] = .some(uid)
        return uid
    }
}
