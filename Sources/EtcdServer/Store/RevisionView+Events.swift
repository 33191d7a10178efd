import Bolt
import EtcdStorage

extension RevisionView {
    /// The events of whole revisions from `first` on.
    func events(
        from first: Int64,
        matching filter: EventFilter,
        byteLimit: Int
    ) throws(EtcdError) -> EventBatch {
        if first < self.compactRevision { throw .compacted }
        var collector = EventCollector(first: first, byteLimit: byteLimit, revision: self.revision)
        if let source = self.source, first <= self.sourceRevision {
            try self.collectSource(source, from: first, matching: filter, into: &collector)
            try source.checkUnchanged()
        }
        guard !collector.isFull else { return collector.finished }
        try self.log.forEach(from: first) { (change) throws(EtcdError) in
            guard collector.begins(change.modRevision) else { return false }
            if filter.admits(isTombstone: change.isTombstone),
                change.with(change.key, filter.interval.contains)
            {
                let previous =
                    filter.withPrevious && change.createRevision != change.modRevision
                    ? try self.previous(of: change) : nil
                collector.append(change.event(after: previous.map(self.record(of:))))
            }
            return true
        }
        return collector.finished
    }

    /// What a key was in the revision before a change, unless that is compacted.
    private func previous(of change: Change) throws(EtcdError) -> StoredRecord? {
        let revision = change.modRevision - 1
        guard revision >= self.compactRevision else { return nil }
        return try self.row(of: Array(change.record[change.key]).span.bytes, at: revision)
    }

    private func collectSource(
        _ source: SourceStore,
        from first: Int64,
        matching filter: EventFilter,
        into collector: inout EventCollector
    ) throws(EtcdError) {
        let previous = filter.withPrevious ? try source.previousRecords() : nil
        let compactRevision = self.compactRevision
        try source.reading { () throws(StorageError) in
            try source.records.forEach(from: first) { (record, bytes) throws(StorageError) in
                guard collector.begins(record.revision.main) else { return false }
                guard filter.admits(isTombstone: record.revision.isTombstone) else { return true }
                guard let keyValue = KeyValue(reading: bytes, in: record.pair.value) else {
                    throw StorageError(.badKeyValue(record.revision), path: source.database.path)
                }
                guard filter.interval.contains(bytes.extracting(keyValue.key)) else { return true }
                var before: Range<Int>?
                if record.revision.main > compactRevision,
                    record.revision.isTombstone || keyValue.createRevision != record.revision.main
                {
                    before = previous?[record]
                }
                collector.append(record.event(of: keyValue, after: before, in: bytes))
                return true
            }
        }
    }
}

/// Gathers events until there are enough, and then to the end of the revision.
private struct EventCollector {
    private(set) var batch: EventBatch
    private(set) var isFull = false
    private let byteLimit: Int
    private var message = MessageBuilder()
    private var seen = 0
    private var current: Int64

    /// After so many changes a batch ends, whether they were wanted or not.
    private static let changeLimit = 20_000

    init(first: Int64, byteLimit: Int, revision: Int64) {
        self.batch = EventBatch(next: first, revision: revision)
        self.byteLimit = byteLimit
        self.current = first
    }

    /// Whether a change of `revision` is still taken.
    mutating func begins(_ revision: Int64) -> Bool {
        if revision != self.current {
            if self.message.bytes.count >= self.byteLimit || self.seen >= Self.changeLimit {
                self.isFull = true
                self.batch.next = revision
                return false
            }
            self.current = revision
        }
        self.seen += 1
        return true
    }

    mutating func append(_ event: [UInt8]) {
        self.message.append(event, field: 11)
        self.batch.ends.append(self.message.bytes.count)
    }

    /// The batch, when all changes have been seen or there are enough.
    var finished: EventBatch {
        var batch = self.batch
        batch.bytes = self.message.bytes
        if !self.isFull { batch.next = max(batch.next, batch.revision + 1) }
        return batch
    }
}

extension EventFilter {
    fileprivate func admits(isTombstone: Bool) -> Bool {
        isTombstone ? !self.withoutDeletes : !self.withoutPuts
    }
}

/// The serialised message of an event.
///
///     field  name
///         1  type     left out for a put, 1 for a deletion
///         2  kv       of a deletion the key and the mod revision alone
///         3  prev_kv
///
/// Source: etcd-io/etcd `api/mvccpb/kv.proto`.
private func eventMessage(isTombstone: Bool, _ keyValue: RawSpan, after previous: [UInt8]?) -> [UInt8] {
    var event = MessageBuilder(capacity: keyValue.byteCount + (previous?.count ?? 0) + 16)
    event.append(isTombstone, field: 1)
    event.append(keyValue, field: 2)
    if let previous { event.append(previous, field: 3) }
    return event.bytes
}

private func deleted(_ key: RawSpan, at revision: Int64) -> [UInt8] {
    var keyValue = MessageBuilder(capacity: key.byteCount + 16)
    keyValue.append(key, field: 1)
    keyValue.append(revision, field: 3)
    return keyValue.bytes
}

extension Change {
    fileprivate func event(after previous: [UInt8]?) -> [UInt8] {
        guard self.isTombstone else {
            return self.with(0..<self.record.count) { record in
                eventMessage(isTombstone: false, record, after: previous)
            }
        }
        let keyValue = self.with(self.key) { deleted($0, at: self.modRevision) }
        return eventMessage(isTombstone: true, keyValue.span.bytes, after: previous)
    }
}

extension RevisionRecord {
    fileprivate func event(of keyValue: KeyValue, after previous: Range<Int>?, in bytes: RawSpan) -> [UInt8] {
        var before: [UInt8]?
        if let previous { before = bytes.extracting(previous).withUnsafeBytes { Array($0) } }
        guard self.revision.isTombstone else {
            return eventMessage(isTombstone: false, bytes.extracting(self.pair.value), after: before)
        }
        let deleted = deleted(bytes.extracting(keyValue.key), at: self.revision.main)
        return eventMessage(isTombstone: true, deleted.span.bytes, after: before)
    }
}
