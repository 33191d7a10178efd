import Bolt
import Files

/// Proves the rules of bucket `key`, record by record in order of revision.
///
/// - Revisions ascend; above the compact revision none is missing, and a transaction's operations
///   are numbered from 0.
/// - A record's mod revision is its own revision. A key's first record above the compact revision
///   creates it (create revision = mod revision, version 1); each further one keeps the create
///   revision and counts the version up by one, until a tombstone ends the generation.
/// - A tombstone holds its key alone, and something lived before it.
/// - Of the revisions up to a finished compaction only the newest state of each live key is left, and
///   perhaps a tombstone at the compact revision itself.
/// - The lease of a live key exists.
///
/// Source: etcd-io/etcd `server/storage/mvcc/kvstore_txn.go`, `put` and `delete`.
struct RevisionCheck {
    let facts: StoreFacts
    private(set) var findings = FindingList()
    private(set) var recordCount = 0
    private(set) var index = KeyIndex()

    /// Highest number of an operation below the compact revision, where gaps are normal: more operations
    /// do not fit into a request.
    static let maximumOperation: Int64 = 1 << 24

    private let compactRevision: Int64
    private var previous: RevisionKey?

    /// The main revision of the last record; 0 when there is none.
    var lastRevision: Int64 { self.previous?.main ?? 0 }

    init(facts: StoreFacts) {
        self.facts = facts
        self.compactRevision = facts.compactRevision
    }

    /// Checks the records of the leaves, which have been checked themselves.
    ///
    /// Where leaves are missing, `isWhole` is false and each record is judged by itself.
    mutating func check(_ bucket: StructureCheck.CheckedBucket, isWhole: Bool, in bytes: RawSpan) {
        for leaf in bucket.leaves {
            var pairs = leaf.pairs
            while let pair = try? pairs.next(in: bytes) {
                self.recordCount += 1
                guard !pair.isBucket, let revision = RevisionKey(reading: bytes, in: pair.key) else {
                    self.findings.add(StorageFinding(.badRevisionKey, page: leaf.page))
                    continue
                }
                let record = RevisionRecord(revision: revision, pair: pair, page: leaf.page)
                if isWhole { self.checkOrder(of: record) }
                self.checkContent(of: record, isWhole: isWhole, in: bytes)
                self.previous = revision
            }
        }
        if isWhole { self.checkLeases(in: bytes) }
    }

    private mutating func add(_ reason: StorageFinding.Reason, _ record: RevisionRecord, key: [UInt8]? = nil)
    {
        self.findings.add(StorageFinding(reason, page: record.page, revision: record.revision, key: key))
    }

    private mutating func checkOrder(of record: RevisionRecord) {
        let revision = record.revision
        guard revision.main > self.compactRevision else {
            if revision.sub >= Self.maximumOperation { self.add(.tooManyOperations, record) }
            return
        }
        if revision.main == self.previous?.main {
            let (expected, overflows) = (self.previous?.sub ?? -1).addingReportingOverflow(1)
            guard !overflows else { return self.add(.tooManyOperations, record) }
            if revision.sub != expected { self.add(.missingOperation(expected: expected), record) }
            return
        }
        // The store is at revision 1 before its first change.
        let expected = max(self.compactRevision, self.previous?.main ?? 0, 1) &+ 1
        if revision.main != expected { self.add(.missingRevision(expected: expected), record) }
        if revision.sub != 0 { self.add(.missingOperation(expected: 0), record) }
    }

    private mutating func checkContent(of record: RevisionRecord, isWhole: Bool, in bytes: RawSpan) {
        let message = record.pair.value
        guard let keyValue = KeyValue(reading: bytes, in: message) else {
            return self.add(.notAKeyValue, record)
        }
        let offset = keyValue.key.lowerBound - message.lowerBound
        guard let keyOffset = UInt8(exactly: offset), let messageCount = UInt32(exactly: message.count) else {
            return self.add(.notAKeyValue, record)
        }
        let entry = KeyIndex.Entry(
            offset: record.pair.keyOffset,
            messageCount: messageCount,
            keyCount: UInt32(keyValue.key.count),
            valueCount: UInt32(keyValue.value.count),
            hash: KeyIndex.hash(of: keyValue.key, in: bytes),
            keyOffset: keyOffset,
            isTombstone: record.revision.isTombstone,
            hasTail: keyValue.metadata.lease != 0
        )
        if message.isEmpty { return self.checkBump(record, entry, in: bytes) }
        if keyValue.key.isEmpty { return self.add(.namelessKey, record) }
        let before = self.index.update(entry, in: bytes)
        if isWhole { self.checkCompaction(of: record, before: before, in: bytes) }
        let living = before.flatMap { $0.isTombstone ? nil : KeyValue(reading: bytes, in: $0.message) }
        if record.revision.isTombstone {
            self.checkTombstone(record, keyValue, living: living, isWhole: isWhole, in: bytes)
        } else {
            self.checkPut(record, keyValue, living: living, isWhole: isWhole, in: bytes)
        }
    }

    private mutating func checkCompaction(
        of record: RevisionRecord,
        before: KeyIndex.Entry?,
        in bytes: RawSpan
    ) {
        let main = record.revision.main
        guard self.facts.isCompactionFinished, main <= self.compactRevision else { return }
        let isOldTombstone = record.revision.isTombstone && main < self.compactRevision
        if before != nil || isOldTombstone { self.add(.compactedRevisionRemains, record) }
    }

    private mutating func checkBump(_ record: RevisionRecord, _ entry: KeyIndex.Entry, in bytes: RawSpan) {
        self.index.update(entry, in: bytes)
        let isBump = record.revision.main <= self.compactRevision && record.revision.sub == 0
        if !isBump || record.revision.isTombstone { self.add(.emptyRecord, record) }
    }

    private mutating func checkTombstone(
        _ record: RevisionRecord,
        _ keyValue: KeyValue,
        living: KeyValue?,
        isWhole: Bool,
        in bytes: RawSpan
    ) {
        if keyValue.key.upperBound != record.pair.end {
            self.add(.tombstoneWithContent, record, key: shownKey(keyValue, in: bytes))
        }
        if isWhole, living == nil, record.revision.main > self.compactRevision {
            self.add(.tombstoneOfNothing, record, key: shownKey(keyValue, in: bytes))
        }
    }

    private mutating func checkPut(
        _ record: RevisionRecord,
        _ keyValue: KeyValue,
        living: KeyValue?,
        isWhole: Bool,
        in bytes: RawSpan
    ) {
        let main = record.revision.main
        let metadata = keyValue.metadata
        var broken: StorageFinding.Reason?
        if metadata.modRevision != main {
            broken = .modRevisionDiffers(found: metadata.modRevision)
        } else if !hasPossibleHistory(metadata) {
            broken = .impossibleHistory(create: metadata.createRevision, version: metadata.version)
        } else if isWhole, living != nil || main > self.compactRevision {
            let create = living?.metadata.createRevision ?? main
            let version = (living?.metadata.version ?? 0).addingReportingOverflow(1).partialValue
            if metadata.createRevision != create {
                broken = .createRevisionDiffers(found: metadata.createRevision, expected: create)
            } else if metadata.version != version {
                broken = .versionDiffers(found: metadata.version, expected: version)
            }
        }
        if let broken { self.add(broken, record, key: shownKey(keyValue, in: bytes)) }
    }

    private mutating func checkLeases(in bytes: RawSpan) {
        let leases = Set(self.facts.leases.map(\.id))
        for entry in self.index.entries where !entry.isTombstone {
            guard let keyValue = KeyValue(reading: bytes, in: entry.message) else { continue }
            let lease = keyValue.metadata.lease
            guard lease != 0, !leases.contains(lease) else { continue }
            let range = entry.offset..<entry.message.lowerBound
            self.findings.add(
                StorageFinding(
                    .missingLease(id: lease),
                    revision: RevisionKey(reading: bytes, in: range),
                    key: shownKey(keyValue, in: bytes)
                )
            )
        }
    }
}

/// Whether the three numbers can belong together, whatever came before: a key changes at most once a revision.
func hasPossibleHistory(_ metadata: KeyMetadata) -> Bool {
    guard metadata.createRevision >= 1, metadata.createRevision <= metadata.modRevision else { return false }
    let changes = metadata.modRevision - metadata.createRevision
    guard metadata.version >= 1, metadata.version - 1 <= changes else { return false }
    return (metadata.version == 1) == (changes == 0)
}

/// As much of the key as a finding shows.
func shownKey(_ keyValue: KeyValue, in bytes: RawSpan) -> [UInt8] {
    let maximumByteCount = 512
    return bytes.copy(keyValue.key.prefix(maximumByteCount))
}

/// Findings up to a limit, and the count of all.
struct FindingList: Sendable {
    private(set) var findings: [StorageFinding] = []
    private(set) var count = 0

    mutating func add(_ finding: StorageFinding) {
        self.count += 1
        if self.findings.count < StructureCheck.findingLimit { self.findings.append(finding) }
    }
}
