public import Bolt
import Files

/// Everything that is wrong with a database, from its pages to the histories of its keys.
public struct StorageCheck: Sendable {
    public var structure: StructureCheck
    /// What is wrong in the buckets; at most ``Bolt/StructureCheck/findingLimit`` of each kind.
    public var findings: [StorageFinding] = []
    public var findingCount = 0
    /// Changes in bucket `key`.
    public var recordCount = 0
    /// Live keys at the newest revision.
    public var liveKeyCount = 0

    /// Whether the records were found to be those of another database, whose check then counts for them.
    public private(set) var isOfKnownRecords = false
    /// What lives at the newest revision, where that was to be kept, the records were looked at and nothing at all was
    /// found; else nil.
    private(set) var live: LiveRecords?

    /// Whether nothing at all was found.
    public var isSound: Bool { self.structure.findingCount == 0 && self.findingCount == 0 }

    /// Checks `database`; damage is in the findings.
    ///
    /// - Parameters:
    ///   - database: What is checked.
    ///   - keepsLiveKeys: Whether ``EtcdDatabase/keyspace(foundBy:)`` follows, for which the live keys are kept.
    /// - Throws: `.file` when the file became shorter or was changed meanwhile, or its disk fails.
    public init(of database: EtcdDatabase, keepsLiveKeys: Bool = false) throws(StorageError) {
        self.structure = StructureCheck(of: database.bolt)
        let facts = self.facts(of: database)
        self.checkSmallBuckets(of: database)
        self.checkRecords(of: database, facts, keepsLiveKeys: keepsLiveKeys)
        try database.checkUnchanged()
    }

    /// Checks `database`, whose records may well be those of one that has been checked.
    ///
    /// Its pages and its small buckets are checked as ever. The check of the records sees nothing but each record's
    /// key and value, in order, where the store is compacted, and which leases there are: never where in the file a
    /// record lies, but to say so of a finding. So where all of these are the same, and the other database has no
    /// finding, it would find nothing here either, and count the same. The records are then compared byte by byte
    /// instead, and the counts are taken over; else they are checked in full.
    ///
    /// - Parameters:
    ///   - database: What is checked.
    ///   - other: The database that it may share its records with.
    ///   - check: What checking `other` came to.
    /// - Throws: `.file` when either file became shorter or was changed meanwhile, or its disk fails; what
    ///   reading the small buckets of `other` throws.
    public init(
        of database: EtcdDatabase,
        comparedWith other: EtcdDatabase,
        checkedBy check: StorageCheck
    ) throws(StorageError) {
        self.structure = StructureCheck(of: database.bolt)
        let facts = self.facts(of: database)
        self.checkSmallBuckets(of: database)
        if check.isSound, let facts, try self.holds(facts, andTheRecordsOf: other, in: database) {
            self.isOfKnownRecords = true
            self.recordCount = check.recordCount
            self.liveKeyCount = check.liveKeyCount
        } else {
            self.checkRecords(of: database, facts, keepsLiveKeys: false)
        }
        try database.checkUnchanged()
    }

    /// Whether everything that the check of the records looks at is the same in `other`.
    private func holds(
        _ facts: StoreFacts,
        andTheRecordsOf other: EtcdDatabase,
        in database: EtcdDatabase
    ) throws(StorageError) -> Bool {
        // With sound pages, the leaves that are compared are those that would be checked.
        guard self.structure.findingCount == 0 else { return false }
        let others = try StoreFacts(reading: other)
        guard facts.compactRevision == others.compactRevision,
            facts.isCompactionFinished == others.isCompactionFinished,
            Set(facts.leases.map(\.id)) == Set(others.leases.map(\.id))
        else { return false }
        do throws(StorageError) {
            return try database.holdsSameChanges(as: other)
        } catch {
            if case .file = error.reason { throw error }
            // What is wrong with a record is for the full check to say.
            return false
        }
    }

    private mutating func checkSmallBuckets(of database: EtcdDatabase) {
        var small = SmallBucketCheck()
        database.bolt.file.withBytes { bytes in
            for bucket in self.structure.buckets { small.check(bucket, in: bytes) }
        }
        self.add(small.findings)
    }

    /// Checks bucket `key`; without facts, of which the compact revision is one, histories cannot be judged.
    private mutating func checkRecords(of database: EtcdDatabase, _ facts: StoreFacts?, keepsLiveKeys: Bool) {
        var revisions = RevisionCheck(facts: facts ?? StoreFacts())
        var hasKeyBucket = false
        database.bolt.file.withBytes { bytes in
            for bucket in self.structure.buckets where bucket.bucket.name == BucketName.key.bytes {
                hasKeyBucket = true
                revisions.check(bucket, isWhole: bucket.isWhole && facts != nil, in: bytes)
            }
        }
        self.add(revisions.findings)
        if !hasKeyBucket, self.structure.findingCount == 0 {
            self.add(StorageFinding(.bucketMissing(name: BucketName.key.rawValue)))
        }
        self.recordCount = revisions.recordCount
        self.liveKeyCount = revisions.index.entries.count { !$0.isTombstone && $0.keyCount > 0 }
        guard keepsLiveKeys, self.isSound, let facts else { return }
        self.live = LiveRecords(
            newest: revisions.index.entries,
            lastRevision: revisions.lastRevision,
            compactRevision: facts.compactRevision
        )
    }

    /// The small buckets' facts; where they cannot be read, that is a finding and the rest goes on without.
    private mutating func facts(of database: EtcdDatabase) -> StoreFacts? {
        do {
            return try StoreFacts(reading: database)
        } catch {
            if case .badPair(let bucket) = error.reason {
                self.add(StorageFinding(.unreadableEntry(bucket: bucket), page: error.page))
            }
            return nil
        }
    }

    private mutating func add(_ finding: StorageFinding) {
        self.findings.append(finding)
        self.findingCount += 1
    }

    private mutating func add(_ list: FindingList) {
        self.findings += list.findings
        self.findingCount += list.count
    }
}
