public import Bolt
public import EtcdStorage
import Files

/// The five values of etcdutl's `snapshot status`, for which the file is walked once.
public struct SnapshotStatus: Hashable, Sendable {
    /// CRC-32C over all buckets; not comparable between members.
    public var hash: UInt32
    /// Main revision of the last change.
    public var revision: Int64
    /// Live keys.
    public var totalKeys: Int
    /// Length of the database in bytes, without the digest.
    public var totalSize: UInt64
    /// Text such as `3.6.0`; empty before 3.6.
    public var storageVersion: String
    /// Keys of bucket `key` that are no revision, which are left out; etcdutl refuses a file that has some.
    public var malformedKeys = MalformedKeys()

    /// Walks `database`.
    ///
    /// - Throws: `StorageError` when a page or record is damaged, as etcdutl refuses a file that fails bbolt's check.
    public init(of database: EtcdDatabase) throws(StorageError) {
        let facts = try StoreFacts(reading: database)
        let summary = try database.changeSummary()
        if let damage = summary.structure.damage(path: database.path) { throw damage }
        self.init(facts: facts, summary: summary, of: database)
    }

    /// The same for a database that has just been checked, without listing its keys again.
    init(of database: EtcdDatabase, facts: StoreFacts, check: StorageCheck) throws(StorageError) {
        self.hash = try database.statusHash().value
        self.revision = try database.lastRevision()
        self.totalKeys = check.liveKeyCount
        self.totalSize = UInt64(database.bolt.databaseByteCount)
        self.storageVersion = facts.storageVersion ?? ""
    }

    init(facts: StoreFacts, summary: ChangeSummary, of database: EtcdDatabase) {
        self.hash = summary.statusHash.value
        self.revision = summary.lastRevision
        self.totalKeys = summary.totalKeys
        self.totalSize = UInt64(database.bolt.databaseByteCount)
        self.storageVersion = facts.storageVersion ?? ""
        self.malformedKeys = summary.malformedKeys
    }
}

/// Everything that can be said of a snapshot without hashing the file or checking each value.
public struct StatusReport: Sendable {
    public var status: SnapshotStatus
    /// The hash that members compare, at the newest revision; nil where keys are no revision, which etcd cannot hash.
    public var hashKV: UInt32?
    /// 0 when the store was never compacted.
    public var compactRevision: Int64
    public var facts: StoreFacts
    /// What the log of a data directory says, as far as it can be read; nil without a log.
    public var log: LogSummary?
    /// Whether the file ends in a SHA-256; comparing it is `verify`'s work.
    public var hasDigest: Bool
    public var pageSize: Int
    public var fileSize: UInt64
    /// What is wrong with the pages, though all of this could be read.
    public var structure: StructureCheck

    /// Walks `database` twice: once for the status, once for HashKV.
    ///
    /// - Throws: `StorageError` when a page or record is damaged so that it cannot be read.
    public init(of database: EtcdDatabase) throws(StorageError) {
        let facts = try StoreFacts(reading: database)
        let summary = try database.changeSummary()
        self.structure = summary.structure
        self.status = SnapshotStatus(facts: facts, summary: summary, of: database)
        self.hashKV = summary.malformedKeys.count > 0 ? nil : try database.hashKV(of: summary)
        self.compactRevision = summary.compactRevision
        self.facts = facts
        self.log = (try? database.memberLog())?.summary
        self.hasDigest = database.storedDigest != nil
        self.pageSize = database.bolt.pageSize
        self.fileSize = UInt64(database.bolt.file.byteCount)
    }
}

extension StructureCheck {
    /// The error that says what was found in the file at `path`; nil when nothing was.
    public func damage(path: String) -> StorageError? {
        self.findings.first.map {
            StorageError(.damagedPages(findings: self.findingCount, first: $0), path: path)
        }
    }
}
