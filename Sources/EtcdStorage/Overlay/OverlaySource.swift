import Bolt
import Files
import Synchronization

/// What lies below an ``Overlay``: a database's keys in order, at its newest revision and at earlier ones.
public final class OverlaySource: Sendable {
    public let database: EtcdDatabase
    public let facts: StoreFacts
    /// The newest revision.
    public let revision: Int64
    /// What its buckets say of a compaction, finished or not; -1 when there was none.
    public let compactRevision: Int64
    /// The live keys at the newest revision.
    let keys: Keyspace
    /// The changes in order of revision.
    let records: RevisionRecords

    private let history = Mutex<[Keyspace]>([])
    private let previous = Mutex<PreviousRecords?>(nil)
    /// Half of all revisions are left for changes, so that those who count on need not look out for the last one.
    public static let highestRevision = Int64.max / 2
    /// How many earlier revisions' keys are remembered.
    private static let historyLimit = 4

    /// Reads the keys of a database.
    ///
    /// - Throws: What ``EtcdDatabase/keyspace(at:)`` throws; `.badRevisionKey`, since etcd does not start on such a
    ///   database either; `.revisionTooHigh`.
    public init(_ database: EtcdDatabase) throws(StorageError) {
        let keyspace = try database.keyspace()
        if let page = keyspace.malformedKeys.page {
            throw StorageError(.badRevisionKey, path: database.path, page: page)
        }
        guard keyspace.currentRevision <= Self.highestRevision else {
            throw StorageError(.revisionTooHigh(keyspace.currentRevision), path: database.path)
        }
        self.database = database
        self.facts = try StoreFacts(reading: database)
        self.records = try RevisionRecords(of: database)
        self.keys = keyspace
        self.revision = keyspace.currentRevision
        let compactions = [self.facts.scheduledCompactRevision, self.facts.finishedCompactRevision]
        self.compactRevision = compactions.compactMap { $0 }.max() ?? -1
    }

    /// The file in which the records lie.
    var file: MappedFile { self.database.bolt.file }

    /// The live keys at a revision that is not compacted.
    func keys(at revision: Int64) throws(StorageError) -> Keyspace {
        if revision >= self.revision { return self.keys }
        if let known = self.history.withLock({ $0.first { $0.revision == revision } }) { return known }
        let keys = try self.database.keyspace(at: revision)
        self.history.withLock { history in
            history.insert(keys, at: 0)
            if history.count > Self.historyLimit { history.removeLast() }
        }
        return keys
    }

    /// What each key was before each change; found when it is first asked for.
    func previousRecords() throws(StorageError) -> PreviousRecords {
        try self.previous.withLock { (previous) throws(StorageError) in
            if let previous { return previous }
            let found = try PreviousRecords(of: self.database)
            previous = found
            return found
        }
    }

    /// Whether ``previousRecords()`` still has to read the database.
    var lacksPreviousRecords: Bool {
        // While another call reads it, the lock is taken.
        self.previous.withLockIfAvailable { $0 == nil } ?? true
    }

    /// Calls `body` with every live key that hangs on a lease, and the lease's ID; in no particular order.
    ///
    /// Keys with damaged records are left out.
    func forEachLeased(_ body: (_ key: [UInt8], _ lease: Int64) -> Void) {
        for position in 0..<self.keys.count {
            let key = self.keys[position]
            guard key.mayHaveLease, let lease = try? self.keys.metadata(of: key).lease, lease != 0 else {
                continue
            }
            body(self.keys.bytes(of: key), lease)
        }
    }
}
