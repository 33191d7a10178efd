import EtcdStorage
import KubernetesCodec
import KubernetesRegistry

/// Reads the two states of objects one after the other, and says in what they differ.
struct PairReader {
    private let old: Registry
    private let new: Registry
    private let request: DifferenceRequest
    private let selection: PairSelection
    private var oldReader: ObjectReader
    private var newReader: ObjectReader
    private(set) var summary = DifferenceSummary()

    init(old: Registry, new: Registry, _ request: DifferenceRequest, _ selection: PairSelection) {
        self.old = old
        self.new = new
        self.request = request
        self.selection = selection
        let hides = !request.included.contains(.managedFields)
        let decryption = request.decryption
        self.oldReader = ObjectReader(of: old, decryption: decryption, hidesManagedFields: hides)
        self.newReader = ObjectReader(of: new, decryption: decryption, hidesManagedFields: hides)
    }

    /// What became of an object; nil when its states mean the same, or it is not selected.
    ///
    /// - Throws: `StorageError` for a damaged record; `CodecError` for what grows too large when values are hidden.
    mutating func read(_ change: KeyspaceDifference.Change) throws -> ObjectChange? {
        let found: ObjectChange? =
            switch change {
            case .removed(let position): try self.removed(self.old.object(at: position))
            case .added(let position): try self.added(self.new.object(at: position))
            case .changed(let position, let other):
                try self.changed(self.old.object(at: position), self.new.object(at: other))
            }
        if let found { self.summary.add(found) }
        return found
    }

    private var mustReadWhole: Bool { self.request.readsAddedAndRemoved || self.selection.isSelective }

    private mutating func removed(_ object: StoredObject) throws -> ObjectChange? {
        guard var change = self.old.change(.removed, of: object) else { return nil }
        guard self.mustReadWhole else {
            change.old = ObjectChange.State(metadata: try self.old.metadata(of: object))
            return change
        }
        let read = try self.oldReader.read(object)
        guard self.selection.containsOld(object, read, self.oldReader.document) else { return nil }
        change.old = try self.state(read, self.oldReader.document, change.resource)
        return change
    }

    private mutating func added(_ object: StoredObject) throws -> ObjectChange? {
        guard var change = self.new.change(.added, of: object) else { return nil }
        guard self.mustReadWhole else {
            change.new = ObjectChange.State(metadata: try self.new.metadata(of: object))
            return change
        }
        let read = try self.newReader.read(object)
        guard self.selection.containsNew(object, read, self.newReader.document) else { return nil }
        change.new = try self.state(read, self.newReader.document, change.resource)
        return change
    }

    /// A state as it is shown where there is no other to compare it with.
    private func state(
        _ read: ReadObject,
        _ document: Document,
        _ resource: Resource
    ) throws(CodecError) -> ObjectChange.State {
        guard read.problem == nil else { return ObjectChange.State(metadata: read.metadata) }
        var document = document
        document.keepCompared(self.request.included)
        if resource.holdsSecrets || document.root.isSecret { try SecretMask.apply(to: &document) }
        return ObjectChange.State(metadata: read.metadata, document: document)
    }

    private mutating func changed(_ object: StoredObject, _ other: StoredObject) throws -> ObjectChange? {
        let (before, after) = (try self.oldReader.read(object), try self.newReader.read(other))
        var (old, new) = (self.oldReader.document, self.newReader.document)
        let isSelected =
            self.selection.containsOld(object, before, old) || self.selection.containsNew(other, after, new)
        guard isSelected, var change = self.new.change(.changed(ObjectDifference()), of: other) else {
            return nil
        }
        change.old = ObjectChange.State(metadata: before.metadata)
        change.new = ObjectChange.State(metadata: after.metadata)
        if before.problem != nil || after.problem != nil {
            if self.isClosed(before, object, in: self.old) || self.isClosed(after, other, in: self.new) {
                change.kind = .unknown
            }
            return change
        }
        old.keepCompared(self.request.included)
        new.keepCompared(self.request.included)
        if old.root["apiVersion"]?.string != new.root["apiVersion"]?.string {
            try old.showInNewestVersion()
            try new.showInNewestVersion()
            try old.takeVersion(of: new)
        }
        let (known, unknown) = (before.form?.unknownFieldCount ?? 0, after.form?.unknownFieldCount ?? 0)
        if old.root.isSame(as: new.root) {
            // Fields that are not known here may be what differs: as many as before, they may as well not.
            if known != unknown { return change }
            self.summary.noteUnknownFields(known)
            return nil
        }
        if change.resource.holdsSecrets || old.root.isSecret || new.root.isSecret {
            try SecretMask.apply(to: &old, &new)
        }
        change.kind = .changed(ObjectDifference(from: old.root, to: new.root))
        change.old?.document = old
        change.new?.document = new
        return change
    }

    /// Notes a state that is encrypted and could not be opened; false for any other.
    private mutating func isClosed(_ read: ReadObject, _ object: StoredObject, in registry: Registry) -> Bool
    {
        guard let problem = read.problem, case .encrypted = problem.reason else { return false }
        self.summary.note(
            UnreadableObject(key: registry.key(of: object), problem: problem, encryption: read.encryption)
        )
        return true
    }
}

extension Registry {
    /// What is known of a change from the key alone; nil for a key outside of the root that is looked at.
    fileprivate func change(_ kind: ObjectChange.Kind, of object: StoredObject) -> ObjectChange? {
        guard let resource = self.resource(of: object) else { return nil }
        return ObjectChange(
            kind: kind,
            resource: resource,
            namespace: self.namespace(of: object),
            name: self.name(of: object)
        )
    }
}

extension Resource {
    /// Whether the values of its objects are not shown.
    fileprivate var holdsSecrets: Bool { self.plural == "secrets" && self.group.isEmpty }
}

extension Document {
    /// Leaves out what is not compared.
    fileprivate mutating func keepCompared(_ included: Set<DifferencePart>) {
        if !included.contains(.status) { self.remove("status") }
        if !included.contains(.managedFields) { self.remove("metadata", "managedFields") }
        if !included.contains(.resourceVersion) { self.remove("metadata", "resourceVersion") }
    }

    /// Takes the version of `other`, as which the same object may be stored.
    fileprivate mutating func takeVersion(of other: Document) throws(CodecError) {
        guard let version = other.root["apiVersion"]?.string else { return }
        try self.set("apiVersion", to: version)
    }
}
