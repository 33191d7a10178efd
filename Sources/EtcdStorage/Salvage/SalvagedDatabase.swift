import Bolt
public import Files

/// What can be read of a database that may be damaged anywhere, as a new database.
///
/// The first of these that there is:
///
/// 1. the newest state, when nothing of it is lost;
/// 2. the state before the last transaction, when the older meta page names one that is sound throughout;
/// 3. what is left: the newest tree around pages that are damaged, and the leaves of bucket `key` that no sound branch
///    names, found by looking at every page.
///
/// Nothing is written before ``image`` is; the source stays as it is.
public struct SalvagedDatabase: Sendable {
    public private(set) var report: SalvageReport
    /// The new database.
    public let image: DatabaseImage

    /// Reads what is left of the file, which is looked at from end to end.
    ///
    /// - Returns: nil when not a single record can be saved.
    public init?(of file: MappedFile) {
        self.init(of: file) { StateBeforeLastTransaction(of: file) }
    }

    /// The same with the file's state before the last transaction, for which is asked only when it is needed.
    init?(of file: MappedFile, orElse previous: () -> StateBeforeLastTransaction?) {
        let byteCount = EtcdDatabase.byteCount(withoutDigestOf: file)
        guard let remains = Remains(of: file, byteCount: byteCount) else { return nil }
        if !remains.isWhole, let previous = previous() {
            self.report = SalvageReport(previous, pageCount: remains.report.pageCount)
            self.image = DatabaseImage(source: previous.database)
            return
        }
        guard remains.isWhole || remains.report.recordCount > 0 else { return nil }
        self.report = remains.report
        self.image = remains.image
    }

    /// The same of a snapshot file or a data directory, whose log is left alone.
    ///
    /// - Throws: `.file` when it cannot be read, or changes meanwhile; when nothing can be saved, why it cannot be
    ///   opened, or else `.nothingToSalvage`.
    public init(path: String) throws(StorageError) {
        let opened = Result { () throws(StorageError) in try EtcdDatabase(path: path) }
        let salvaged: SalvagedDatabase?
        do throws(FileError) {
            let file: MappedFile
            if let known = try? opened.get() {
                file = known.bolt.file
            } else {
                file = try databaseFile(at: path)
            }
            salvaged = SalvagedDatabase(of: file)
            try file.checkUnchanged()
        } catch {
            throw StorageError(.file(error), path: path)
        }
        guard let salvaged else {
            _ = try opened.get()
            throw StorageError(.nothingToSalvage, path: path)
        }
        self = salvaged
        self.report.digestDiffers = (try? opened.get()).map(\.isChanged) ?? false
    }
}

extension SalvageReport {
    /// Of a state of which nothing is lost.
    fileprivate init(_ state: StateBeforeLastTransaction, pageCount: Int) {
        self.origin = .stateBeforeLastTransaction
        self.pageCount = pageCount
        self.recordCount = state.check.recordCount
        self.keyCount = state.check.liveKeyCount
        self.revision = state.revision
        self.compactRevision = state.facts.compactRevision
        self.sourceCompactRevision = state.facts.compactRevision
        self.mayLackNewest = true
    }
}

extension EtcdDatabase {
    /// Whether the file ends in a digest that its bytes do not have.
    fileprivate var isChanged: Bool {
        guard let stored = self.storedDigest, let computed = try? self.computedDigest() else { return false }
        return computed != stored
    }
}

/// What is left of the newest state.
private struct Remains {
    var report = SalvageReport()
    /// Whether nothing of it is lost.
    private(set) var isWhole = false
    private let file: MappedFile
    private var records: [SalvagedRecord] = []
    private var small = SalvagedBuckets()

    init?(of file: MappedFile, byteCount: Int) {
        guard var pages = DamagedBoltFile(file, byteCount: byteCount) else { return nil }
        self.file = file
        self.report.pageCount = pages.pageCount
        file.withBytes { bytes in self.read(&pages, bytes) }
    }

    private mutating func read(_ pages: inout DamagedBoltFile, _ bytes: RawSpan) {
        var search = RecordSearch()
        let keys = self.readTrees(&pages, &search, bytes)
        let gaps = keys?.gaps ?? []
        let isKeyWhole = keys != nil && gaps.isEmpty && search.unreadableCount == 0

        var roots: [[Bucket]] = []
        var leases: [Int64: Lease] = [:]
        if !isKeyWhole || !self.small.damaged.isEmpty {
            pages.forEachLeafBesideTrees { leaf, bytes in
                if search.add(unnamed: leaf, in: bytes) { return true }
                let buckets = leaf.buckets(in: bytes).filter { $0.name.isEtcdBucket }
                if !buckets.isEmpty {
                    // Thousands of copies of one page are as good as the last hundred.
                    if roots.count >= Self.maximumCopyCount { roots.removeFirst() }
                    roots.append(buckets)
                } else {
                    leaf.forEachLease(in: bytes) { leases[$0.id] = $0 }
                }
                return false
            }
        }
        // A bucket of a few records lies in the page that names it.
        for bucket in roots.joined()
        where bucket.isInline && bucket.name == BucketName.key.bytes && !isKeyWhole {
            for leaf in pages.tree(of: bucket).leaves { _ = search.add(unnamed: leaf.page, in: bytes) }
        }
        self.small.complete(from: roots, in: &pages, bytes)

        let compactions = self.small.compactions
        let history = SalvagedHistory(&search, compactions, tree: keys, in: bytes)
        self.records = history.records
        self.addLeases(history.leases, found: leases)
        self.report(on: history, search, compactions)
        self.report.lostPageCount += gaps.count
        self.report.mayLackNewest =
            keys == nil || history.lacksNewest || gaps.contains { $0.keys.end == nil }
        self.isWhole =
            isKeyWhole && self.small.damaged.isEmpty && self.report.renewedLeaseCount == 0
            && self.report.foreignBucketCount == 0
            && history.compactRevision == compactions.revision
        if self.isWhole { self.report.origin = .newestState }
    }

    private static let maximumCopyCount = 100

    /// Reads the trees that the newest meta page leads to.
    ///
    /// - Returns: Bucket `key`; nil when it is not found there.
    private mutating func readTrees(
        _ pages: inout DamagedBoltFile,
        _ search: inout RecordSearch,
        _ bytes: RawSpan
    ) -> RemainingTree? {
        guard let root = pages.root else {
            self.small.noteMissing()
            return nil
        }
        let tree = pages.tree(root: root)
        self.report.lostPageCount += tree.gaps.count
        var keys: RemainingTree?
        let buckets = tree.leaves.flatMap { $0.page.buckets(in: bytes) }
        // A sound file may well lack a small bucket.
        let isRootWhole = tree.gaps.isEmpty && buckets.contains { $0.name == BucketName.key.bytes }
        defer { if isRootWhole { self.small.addMissing() } else { self.small.noteMissing() } }
        for bucket in buckets {
            guard let name = BucketName(rawValue: String(decoding: bucket.name, as: UTF8.self)) else {
                self.report.foreignBucketCount += 1
                continue
            }
            let tree = pages.tree(of: bucket)
            if name == .key {
                tree.leaves.forEach { search.add(named: $0, in: bytes) }
                keys = tree
            } else {
                self.small.add(name, tree, in: bytes)
                self.report.lostPageCount += tree.gaps.count
            }
        }
        return keys
    }

    /// Puts the leases of live keys where they are missing, as an unnamed page has them or anew.
    private mutating func addLeases(_ wanted: Set<Int64>, found: [Int64: Lease]) {
        for id in wanted.sorted() {
            var lease = Lease(id: id, ttl: SalvageReport.renewedLeaseSeconds)
            if self.small.pairs[.lease]?[lease.key] != nil { continue }
            if let known = found[id] { lease = known } else { self.report.renewedLeaseCount += 1 }
            self.small.add(lease: lease)
        }
    }

    private mutating func report(
        on history: SalvagedHistory,
        _ search: RecordSearch,
        _ compactions: SalvagedCompactions
    ) {
        self.report.unnamedPageCount = search.leaves.count { !$0.isNamed && $0.isUsed }
        self.report.recordCount = history.records.count
        self.report.hiddenRecordCount = history.hiddenCount
        self.report.damagedRecordCount = search.unreadableCount
        self.report.missingRevisions = history.missing
        self.report.contradictedRevisions = search.contradicted
        self.report.compactRevision = history.compactRevision
        self.report.sourceCompactRevision = compactions.isLast ? compactions.revision : nil
        self.report.revision = max(1, history.lastRevision, history.compactRevision)
        self.report.keyCount = history.liveCount
        self.report.brokenKeys = history.brokenKeys
        self.report.uncertainKeys = history.uncertainKeys
        self.report.damagedBuckets = BucketName.allCases.filter(self.small.damaged.contains)
        self.report.outdatedBuckets = BucketName.allCases.filter(self.small.outdated.contains)
    }

    /// The new database.
    var image: DatabaseImage {
        var image = DatabaseImage(source: nil)
        let (file, records) = (self.file, self.records)
        image.appendedRecords = { (append) throws(StorageError) in
            try file.withBytes { (bytes) throws(StorageError) in
                for record in records { try append(record.revision, bytes.extracting(record.message)) }
            }
            do throws(FileError) {
                try file.checkUnchanged()
            } catch {
                throw StorageError(.file(error), path: file.path)
            }
        }
        for name in BucketName.allCases where name != .key {
            image.smallBuckets[name] = .replaced(by: self.small.pairs[name] ?? [:])
        }
        image.smallBuckets[.meta] = .replaced(by: self.meta)
        return image
    }

    /// Bucket `meta`, with a compaction that is asked for and not done where the source's own may be another.
    private var meta: SmallBucket.Pairs {
        var meta = self.small.pairs[.meta] ?? [:]
        let revision = self.report.compactRevision
        guard revision > 0, revision != self.report.sourceCompactRevision else { return meta }
        meta[MetaKey.scheduledCompaction.bytes] = RevisionKey(main: revision, sub: 0).bytes
        if self.report.sourceCompactRevision == nil { meta[MetaKey.finishedCompaction.bytes] = nil }
        return meta
    }
}

extension LeafPage {
    /// Calls `body` with every lease, where the page holds leases.
    fileprivate func forEachLease(in bytes: RawSpan, _ body: (Lease) -> Void) {
        var pairs = self.pairs
        while let pair = try? pairs.next(in: bytes), !pair.isBucket, let lease = Lease(pair, in: bytes) {
            body(lease)
        }
    }
}

extension [UInt8] {
    /// Whether it is the name of one of etcd's buckets.
    fileprivate var isEtcdBucket: Bool { BucketName.allCases.contains { $0.bytes == self } }
}
