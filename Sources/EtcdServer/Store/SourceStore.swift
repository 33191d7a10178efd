import EtcdStorage
import Files
import Synchronization

/// What lies below the overlay: the source's keys in order, at its newest revision and at earlier ones.
final class SourceStore: Sendable {
    let database: EtcdDatabase
    let facts: StoreFacts
    /// The live keys at the newest revision.
    let keys: SortedKeys
    /// The changes in order of revision.
    let records: RevisionRecords
    /// The newest revision.
    let revision: Int64
    /// What its buckets say of a compaction, finished or not; -1 when there was none.
    let compactRevision: Int64

    private let history = Mutex<[SortedKeys]>([])
    private let previous = Mutex<PreviousRecords?>(nil)
    /// How many earlier revisions' keys are remembered.
    private static let historyLimit = 4

    init(_ database: EtcdDatabase) throws(StorageError) {
        let keyspace = try database.keyspace()
        self.database = database
        self.facts = try StoreFacts(reading: database)
        self.records = try RevisionRecords(of: database)
        self.keys = keyspace.sorted()
        self.revision = keyspace.currentRevision
        let compactions = [self.facts.scheduledCompactRevision, self.facts.finishedCompactRevision]
        self.compactRevision = compactions.compactMap { $0 }.max() ?? -1
    }

    /// The file in which the records lie.
    var file: MappedFile { self.keys.file }

    /// The live keys at a revision that is not compacted.
    func keys(at revision: Int64) throws(EtcdError) -> SortedKeys {
        if revision >= self.revision { return self.keys }
        if let known = self.history.withLock({ $0.first { $0.revision == revision } }) { return known }
        let keys = try self.reading { () throws(StorageError) in
            try self.database.keyspace(at: revision).sorted()
        }
        self.history.withLock { history in
            history.insert(keys, at: 0)
            if history.count > Self.historyLimit { history.removeLast() }
        }
        return keys
    }

    /// What each key was before each change; found when it is first asked for.
    func previousRecords() throws(EtcdError) -> PreviousRecords {
        try self.previous.withLock { (previous) throws(EtcdError) in
            if let previous { return previous }
            let found = try self.reading { () throws(StorageError) in try PreviousRecords(of: self.database) }
            previous = found
            return found
        }
    }

    /// Runs `body`; damage in the source is corruption to a client.
    func reading<Result>(_ body: () throws(StorageError) -> Result) throws(EtcdError) -> Result {
        do {
            return try body()
        } catch {
            throw .corrupt
        }
    }

    /// Throws when the file has become shorter, so that what was read is not to be trusted.
    func checkUnchanged() throws(EtcdError) {
        try self.reading { () throws(StorageError) in try self.database.checkUnchanged() }
    }
}
