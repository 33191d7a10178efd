import Bolt

/// What the records that are left of bucket `key` come to: which of them are written, and from which revision on they
/// are complete.
///
/// **The compact revision** is raised to the newest place where order or a key's history breaks, as ``RevisionCheck``
/// knows both, so that no state is shown which lacks something in its middle.
///
/// **Left out** are records that no reader could be shown any more and that would make a store continue a wrong
/// history: those of a key before the place where its history breaks, since etcd counts a key's versions from the
/// first record that it finds; and those that a finished compaction has removed and that only a free page still had.
///
/// Source: etcd-io/etcd `server/storage/mvcc/kvstore.go`, `restoreChunk`, `restoreIntoIndex`.
struct SalvagedHistory {
    /// In order of revision.
    private(set) var records: [SalvagedRecord]
    /// Records that are left out.
    private(set) var hiddenCount = 0
    private(set) var compactRevision: Int64
    /// Main revisions above the source's compact revision of which something is missing.
    private(set) var missing = SalvageReport.Revisions()
    /// Keys whose history has a gap.
    private(set) var brokenKeys = SalvageReport.Keys()
    /// Live keys of which a later change, up to the last record, may be lost.
    private(set) var uncertainKeys = SalvageReport.Keys()
    private(set) var liveCount = 0
    /// The leases on which live keys hang.
    private(set) var leases: Set<Int64> = []

    /// Whether an element behind the last record cannot be read.
    private(set) var lacksNewest = false

    /// The source's compactions.
    private var source: SalvagedCompactions
    /// The main revision from which on nothing of the bucket's tree is lost; 0 when nothing is.
    private var lostBefore: Int64
    /// The records at which their key's history breaks.
    private var breaks: [Bool]

    /// The main revision of the last record; 0 when there is none.
    var lastRevision: Int64 { self.records.last?.main ?? 0 }

    /// Judges the records.
    ///
    /// - Parameters:
    ///   - search: Where they were found.
    ///   - compactions: What is known of the source's.
    ///   - tree: What is left of the bucket's tree; nil when it is not found.
    ///   - bytes: The whole file's.
    init(
        _ search: inout RecordSearch,
        _ compactions: SalvagedCompactions,
        tree: RemainingTree?,
        in bytes: RawSpan
    ) {
        self.records = search.finish(in: bytes)
        self.lostBefore = tree == nil ? .max : 0
        self.source = compactions
        self.compactRevision = compactions.revision
        self.breaks = Array(repeating: false, count: self.records.count)
        // A later compaction, of which nothing is known, shows as the newest revision before which others are missing.
        if !compactions.isLast {
            self.checkOrder()
            self.source.revision = self.compactRevision
            self.missing = SalvageReport.Revisions()
        }
        self.checkOrder()
        self.findBreaks(in: bytes)
        self.findLost(tree?.gaps ?? [], search.unreadable, in: bytes)
        self.leaveOut(search.leaves, in: bytes)
        self.breaks = []
        self.missing.merge()
    }

    private mutating func raise(to revision: Int64) {
        self.compactRevision = max(self.compactRevision, revision)
    }

    // MARK: - Where it breaks

    private mutating func checkOrder() {
        var previous: SalvagedRecord?
        for record in self.records {
            if record.main > self.source.revision { self.checkOrder(of: record, after: previous) }
            previous = record
        }
    }

    private mutating func findBreaks(in bytes: RawSpan) {
        var index = KeyIndex()
        for (position, record) in self.records.enumerated() {
            guard let (keyValue, entry) = record.indexed(in: bytes) else {
                if record.isBump { self.raise(to: record.main) }
                continue
            }
            let before = index.update(entry, in: bytes)
            guard self.isBroken(record, keyValue, before: before, in: bytes) else { continue }
            self.breaks[position] = true
            self.brokenKeys.add(shownKey(keyValue, in: bytes))
            self.raise(to: record.main)
        }
    }

    private mutating func checkOrder(of record: SalvagedRecord, after previous: SalvagedRecord?) {
        if let previous, previous.main == record.main {
            guard record.sub != previous.sub + 1 else { return }
            self.missing.add(record.main...record.main)
            return self.raise(to: record.main)
        }
        // The store is at revision 1 before its first change.
        let expected = max(self.source.revision, previous?.main ?? 0, 1) + 1
        guard record.main != expected || record.sub != 0 else { return }
        if expected < record.main { self.missing.add(expected...record.main - 1) }
        if record.sub != 0 { self.missing.add(record.main...record.main) }
        self.raise(to: record.main)
    }

    /// Whether a record does not continue what its key was before it.
    private func isBroken(
        _ record: SalvagedRecord,
        _ keyValue: KeyValue,
        before: KeyIndex.Entry?,
        in bytes: RawSpan
    ) -> Bool {
        let isKept = record.main > self.source.revision
        let living = before.flatMap { $0.isTombstone ? nil : KeyValue(reading: bytes, in: $0.message) }
        if record.isTombstone { return living == nil && isKept }
        // Nothing is known of what a compaction has removed, and what is left of it is an old copy.
        if !isKept, before == nil || self.source.isFinished { return false }
        let create = living?.metadata.createRevision ?? record.main
        let (version, overflows) = (living?.metadata.version ?? 0).addingReportingOverflow(1)
        return overflows || keyValue.metadata.createRevision != create || keyValue.metadata.version != version
    }

    private mutating func findLost(
        _ gaps: [RemainingTree.Gap],
        _ unreadable: [RevisionPlace],
        in bytes: RawSpan
    ) {
        for gap in gaps {
            let end = gap.keys.end.flatMap { RevisionPlace(reading: bytes, in: $0) } ?? .last
            self.lostBefore = max(self.lostBefore, end.main)
        }
        let last = self.records.last.map { RevisionPlace(of: $0) } ?? .first
        for place in unreadable {
            self.lostBefore = max(self.lostBefore, place.isBehind ? place.main + 1 : place.main)
            if place > last { self.lacksNewest = true }
        }
        let starts = gaps.compactMap { gap in
            gap.keys.first.flatMap { RevisionPlace(reading: bytes, in: $0) }
        }
        self.findCutTransactions(starts + unreadable)
    }

    /// Of a transaction of which the last operations are lost, the first ones alone are no state.
    ///
    /// - Parameter lost: Where something is lost that no copy has to have.
    private mutating func findCutTransactions(_ lost: [RevisionPlace]) {
        for place in lost where place.main > self.source.revision {
            let position = self.records.firstPosition { RevisionPlace(of: $0) >= place }
            let next = position < self.records.count ? self.records[position] : nil
            if let next, RevisionPlace(of: next) == place { continue }
            guard position > 0, self.records[position - 1].main == place.main else { continue }
            // What has no revision of its own may as well be one of those that are missing.
            if place.isBehind, let next, next.main > place.main + 1 { continue }
            self.missing.add(place.main...place.main)
            self.raise(to: place.main)
        }
    }

    // MARK: - What is written

    /// Goes from the newest record to the oldest.
    private mutating func leaveOut(_ leaves: [RecordSearch.Leaf], in bytes: RawSpan) {
        var seen = KeyIndex()
        var compacted = KeyIndex()
        var cut = KeyIndex()
        let newestMissing = self.missing.last ?? 0
        var kept: [SalvagedRecord] = []
        kept.reserveCapacity(self.records.count)
        for position in self.records.indices.reversed() {
            let record = self.records[position]
            guard let (keyValue, entry) = record.indexed(in: bytes) else {
                if record.isBump { kept.append(record) }
                continue
            }
            let isOld = record.main <= self.source.revision
            let isNewest = seen.update(entry, in: bytes) == nil
            var isHidden = cut.contains(entry, in: bytes)
            if isOld, self.source.isFinished {
                let isSuperseded = compacted.update(entry, in: bytes) != nil
                let isOldTombstone = record.isTombstone && record.main < self.source.revision
                isHidden = isHidden || isSuperseded || isOldTombstone
            }
            if isHidden {
                self.hiddenCount += 1
                continue
            }
            kept.append(record)
            if self.breaks[position] { cut.update(entry, in: bytes) }
            if isNewest, !record.isTombstone {
                self.liveCount += 1
                if keyValue.metadata.lease != 0 { self.leases.insert(keyValue.metadata.lease) }
                // A finished compaction has left one old record of a key, so that no later one can be lost.
                let isLastOldOne = self.source.isFinished || record.main >= self.lostBefore
                let isProved = !isOld || leaves[Int(record.leaf)].isNamed && isLastOldOne
                let mayHaveChanged = max(record.main, self.source.revision) < newestMissing
                if !isProved || mayHaveChanged {
                    self.uncertainKeys.add(shownKey(keyValue, in: bytes))
                }
            }
        }
        self.records = kept.reversed()
    }
}

extension [SalvagedRecord] {
    /// The first position, in an array in order, of which `isBehind` is true; the count when it never is.
    fileprivate func firstPosition(where isBehind: (SalvagedRecord) -> Bool) -> Int {
        var (low, high) = (0, self.count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
