public import EtcdStorage

/// The objects of a registry through time: every change that is retained, and every object that ever lived in it.
public struct RegistryHistory: Sendable {
    public let changes: RevisionHistory
    /// Every object, also those that were deleted, each in its last state.
    public let registry: Registry

    /// Finds out what the keys of a history are.
    ///
    /// - Parameters:
    ///   - changes: The history.
    ///   - etcdPrefix: The one root to look below; without it, all roots that are found.
    /// - Throws: `.file(.shrank)`.
    public init(of changes: RevisionHistory, etcdPrefix: String? = nil) throws(StorageError) {
        self.changes = changes
        self.registry = try Registry(of: changes.lastStates, etcdPrefix: etcdPrefix)
    }
}

/// One change of an object.
public struct RetainedChange: Sendable {
    public let change: KeyChange
    /// The object in the state that the change made; of a deletion it has a key, and no value to be read.
    public let object: StoredObject

    public var revision: Int64 { self.change.revision.main }
    public var isDeletion: Bool { self.change.isDeletion }
    /// Whether it is not known that it was made.
    public var isUncertain: Bool { self.change.isUncertain }
}

extension RegistryHistory {
    /// The change as one of its object; nil for keys outside of the root that was asked for, and for a key of which no
    /// state is retained.
    public func objectChange(_ change: KeyChange) -> RetainedChange? {
        let keyspace = self.registry.keyspace
        let (position, found) = keyspace.withKey(of: change.key) { keyspace.position(of: $0) }
        guard found else { return nil }
        let run = self.registry.run(at: position)
        guard self.registry.runs[run].directory != nil else { return nil }
        return RetainedChange(change: change, object: StoredObject(key: change.key, run: run))
    }

    /// The changes of an object, oldest first, up to a revision.
    public func changes(of object: StoredObject, upTo revision: Int64) -> [RetainedChange] {
        self.changes.changes(of: object.key).filter { $0.revision.main <= revision }.map {
            RetainedChange(change: $0, object: StoredObject(key: $0.key, run: object.run))
        }
    }

    /// The state of the object before `change`; nil when it did not live, or when that state is gone.
    public func state(before change: RetainedChange) -> RetainedChange? {
        self.changes.state(before: change.change).map {
            RetainedChange(change: $0, object: StoredObject(key: $0.key, run: change.object.run))
        }
    }
}

extension Registry {
    /// The index in ``runs`` of the run that holds a position of the keyspace.
    func run(at position: Int) -> Int {
        var low = 0
        var high = self.runs.count
        while low < high {
            let middle = (low + high) / 2
            if self.runs[middle].positions.upperBound <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
