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

    /// Whether nothing at all was found.
    public var isSound: Bool { self.structure.findingCount == 0 && self.findingCount == 0 }

    /// Checks `database`; damage is in the findings.
    ///
    /// - Throws: `.file` when the file became shorter or was changed meanwhile, or its disk fails.
    public init(of database: EtcdDatabase) throws(StorageError) {
        self.structure = StructureCheck(of: database.bolt)
        let facts = self.facts(of: database)
        var revisions = RevisionCheck(facts: facts ?? StoreFacts())
        var small = SmallBucketCheck()
        var hasKeyBucket = false
        database.bolt.file.withBytes { bytes in
            for bucket in self.structure.buckets {
                small.check(bucket, in: bytes)
                guard bucket.bucket.name == BucketName.key.bytes else { continue }
                hasKeyBucket = true
                // Without the compact revision, histories cannot be judged.
                revisions.check(bucket, isWhole: bucket.isWhole && facts != nil, in: bytes)
            }
        }
        self.add(small.findings)
        self.add(revisions.findings)
        if !hasKeyBucket, self.structure.findingCount == 0 {
            self.add(StorageFinding(.bucketMissing(name: BucketName.key.rawValue)))
        }
        self.recordCount = revisions.recordCount
        self.liveKeyCount = revisions.index.entries.count { !$0.isTombstone && $0.keyCount > 0 }
        try database.checkUnchanged()
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
