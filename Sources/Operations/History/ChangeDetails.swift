import EtcdStorage
public import KubernetesCodec
public import KubernetesRegistry

/// What a change did to an object, when, and by whom.
public struct ChangeDetails: Sendable {
    public enum Kind: String, Sendable {
        case created
        case updated
        case deleted
        /// The state that a compaction left; what the object was earlier is gone.
        case state
    }

    public var change: RetainedChange
    public var kind: Kind
    public var resource: Resource
    /// "" for cluster scope.
    public var namespace: String
    public var name: String
    public var time: PlacedTime
    /// Who made it, as the object tells; empty when it does not.
    public var managers: [String] = []
    /// In what it differs from the state before, with the values of Secrets hidden.
    public var difference = ObjectDifference()
    /// Size of the stored value, in bytes; nil for a deletion.
    public var valueByteCount: Int?
    /// Whether the stored bytes changed, and cannot be compared as an object: what other programs keep is none.
    public var differsInBytesAlone = false
    /// Why the state, or the one before, could not be read.
    public var problem: UnreadableObject?
    /// The object and the one before, with the values of a Secret hidden; nil for a deletion, when it was not asked for,
    /// and when it could not be read.
    public var document: Document?
    public var previous: Document?

    /// Whether it is an update of which the state before is not known, so that it cannot be said what it changed.
    public var followsUnknown = false

    public var revision: Int64 { self.change.revision }
    /// Whether it is not known what changed: the values differ, and one of them cannot be read.
    public var isUnknown: Bool { self.kind == .updated && self.problem != nil }
}

/// Reads changes of objects one after the other.
public struct ChangeDescriber {
    private let history: RegistryHistory
    private let times: RevisionTimes
    private var reader: ObjectReader
    /// Whether ``ChangeDetails/document`` is wanted.
    public var keepsDocuments = false

    public init(of history: RegistryHistory, times: RevisionTimes, decryption: Decryption?) {
        self.history = history
        self.times = times
        self.reader = ObjectReader(of: history.registry, decryption: decryption, hidesManagedFields: false)
    }

    /// Says what a change did.
    ///
    /// - Throws: `StorageError` for a damaged record; `CodecError`, `.tooLarge`.
    public mutating func describe(_ change: RetainedChange, of resource: Resource) throws -> ChangeDetails {
        let registry = self.history.registry
        var details = ChangeDetails(
            change: change,
            kind: .deleted,
            resource: resource,
            namespace: registry.namespace(of: change.object),
            name: registry.name(of: change.object),
            time: self.times.time(of: change.revision)
        )
        guard !change.isDeletion || self.keepsDocuments else { return details }
        let previous = self.history.state(before: change)
        guard !change.isDeletion else {
            details.previous = try previous.flatMap { try self.read($0, &details) }
            if let document = details.previous { details.previous = try self.masked(document, of: resource) }
            return details
        }
        let metadata = try registry.metadata(of: change.object)
        details.valueByteCount = registry.valueByteCount(of: change.object)
        if metadata.version == 1 {
            details.kind = .created
        } else if previous == nil {
            details.followsUnknown = !self.history.changes.isLeftOver(change.change)
            details.kind = details.followsUnknown ? .updated : .state
        } else {
            details.kind = .updated
        }
        var isRewritten = false
        if details.kind == .updated, let previous {
            isRewritten = try self.history.changes.haveSameValue(previous.change, change.change)
        }
        if isRewritten, !self.keepsDocuments { return details }
        let new = try self.read(change, &details)
        let old = try details.kind == .updated ? previous.flatMap { try self.read($0, &details) } : nil
        if details.kind == .updated, !isRewritten, !details.followsUnknown, details.problem == nil {
            details.differsInBytesAlone = new == nil || old == nil
        }
        guard let new else { return details }
        let stamp = TimeStamp(ofChangeTo: new.root, version: metadata.version, previous: old?.root)
        details.time = self.times.time(of: details.revision, stamp)
        try self.compare(old, new, &details)
        return details
    }

    private func compare(_ old: Document?, _ new: Document, _ details: inout ChangeDetails) throws(CodecError)
    {
        guard details.kind == .updated, !details.followsUnknown else {
            if details.kind == .created { details.managers = FieldManagers.all(of: new.root) }
            if self.keepsDocuments { details.document = try self.masked(new, of: details.resource) }
            return
        }
        guard let old else { return }
        var (shownOld, shownNew) = (old, new)
        if isSecret(old, details.resource) || isSecret(new, details.resource) {
            try SecretMask.apply(to: &shownOld, &shownNew)
        }
        // What an API server writes beside the object itself is no change of it.
        for name in ["managedFields", "resourceVersion"] {
            shownOld.remove("metadata", name)
            shownNew.remove("metadata", name)
        }
        details.difference = ObjectDifference(from: shownOld.root, to: shownNew.root)
        details.managers = FieldManagers.ofChange(from: old.root, to: new.root, details.difference)
        if self.keepsDocuments { (details.previous, details.document) = (shownOld, shownNew) }
    }

    /// The object without what an API server writes beside it, and without the values of a Secret.
    private func masked(_ document: Document, of resource: Resource) throws(CodecError) -> Document {
        var shown = document
        if isSecret(document, resource) { try SecretMask.apply(to: &shown) }
        for name in ["managedFields", "resourceVersion"] { shown.remove("metadata", name) }
        return shown
    }

    /// The object of a state; of one that cannot be read the problem is noted.
    private mutating func read(
        _ change: RetainedChange,
        _ details: inout ChangeDetails
    ) throws(StorageError) -> Document? {
        let read = try self.reader.read(change.object)
        guard let problem = read.problem else { return self.reader.document }
        // Other programs' keys are no objects, and nothing is missing of them.
        guard read.encryption != nil || details.resource.origin < .bookkeeping else { return nil }
        details.problem = UnreadableObject(
            key: self.history.registry.key(of: change.object),
            problem: problem,
            encryption: read.encryption
        )
        return nil
    }
}

/// Whether the object's values are secret: what is kept among the secrets is a Secret, whatever it says of itself.
func isSecret(_ object: Document, _ resource: Resource) -> Bool {
    resource.plural == "secrets" && resource.group.isEmpty || object.root.isSecret
}
