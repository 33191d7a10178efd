import Bolt
import EtcdRPC
import EtcdStorage
import Foundation

extension View {
    /// The events of whole revisions from `first` on.
    func events(
        from first: Int64,
        matching filter: EventFilter,
        byteLimit: Int
    ) throws(EtcdRefusal) -> EventBatch {
        if first < self.compactRevision { throw .compacted }
        var collector = EventCollector(first: first, byteLimit: byteLimit, revision: self.revision)
        if let source = self.source, first <= self.sourceRevision {
            try self.collectSource(source, from: first, matching: filter, into: &collector)
            try source.checkUnchanged()
        }
        guard !collector.isFull else { return collector.batch }
        try self.log.forEach(from: first) { (change) throws(EtcdRefusal) in
            guard collector.begins(change.modRevision) else { return false }
            if filter.admits(isTombstone: change.isTombstone),
                change.with(change.key, filter.interval.contains)
            {
                let previous =
                    filter.withPrevious && change.createRevision != change.modRevision
                    ? try self.previous(of: change) : nil
                collector.append(self.event(change, previous))
            }
            return true
        }
        return collector.finished
    }

    private func event(_ change: Change, _ previous: Row?) -> Mvccpb_Event {
        var event = Mvccpb_Event()
        if change.isTombstone {
            event.type = .delete
            event.kv.key = change.with(change.key) { Data(copying: $0) }
            event.kv.modRevision = change.modRevision
        } else {
            event.kv = self.message(of: .overlay(change))
        }
        if let previous { event.prevKv = self.message(of: previous) }
        return event
    }

    /// What a key was in the revision before a change, unless that is compacted.
    private func previous(of change: Change) throws(EtcdRefusal) -> Row? {
        let revision = change.modRevision - 1
        guard revision >= self.compactRevision else { return nil }
        return try self.row(of: Array(change.record[change.key]).span.bytes, at: revision)
    }

    private func collectSource(
        _ source: SourceStore,
        from first: Int64,
        matching filter: EventFilter,
        into collector: inout EventCollector
    ) throws(EtcdRefusal) {
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
                var event = Mvccpb_Event(record, keyValue, in: bytes)
                if record.revision.main > compactRevision, let message = previous?[record],
                    let before = KeyValue(reading: bytes, in: message),
                    record.revision.isTombstone || keyValue.createRevision != record.revision.main
                {
                    event.prevKv = Mvccpb_KeyValue(before, in: bytes)
                }
                collector.append(event)
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
    private var byteCount = 0
    private var current: Int64

    init(first: Int64, byteLimit: Int, revision: Int64) {
        self.batch = EventBatch(next: first, revision: revision)
        self.byteLimit = byteLimit
        self.current = first
    }

    /// Whether a change of `revision` is still taken.
    mutating func begins(_ revision: Int64) -> Bool {
        if revision != self.current {
            if self.byteCount >= self.byteLimit {
                self.isFull = true
                self.batch.next = revision
                return false
            }
            self.current = revision
        }
        return true
    }

    mutating func append(_ event: Mvccpb_Event) {
        self.byteCount += event.kv.key.count + event.kv.value.count + event.prevKv.value.count + 64
        self.batch.events.append(event)
    }

    /// The batch, when all changes have been seen.
    var finished: EventBatch {
        var batch = self.batch
        if !self.isFull { batch.next = max(batch.next, batch.revision + 1) }
        return batch
    }
}

extension EventFilter {
    fileprivate func admits(isTombstone: Bool) -> Bool {
        isTombstone ? !self.withoutDeletes : !self.withoutPuts
    }
}

extension Mvccpb_Event {
    fileprivate init(_ record: RevisionRecord, _ keyValue: KeyValue, in bytes: RawSpan) {
        self.init()
        if record.revision.isTombstone {
            self.type = .delete
            self.kv.key = Data(copying: bytes.extracting(keyValue.key))
            self.kv.modRevision = record.revision.main
        } else {
            self.kv = Mvccpb_KeyValue(keyValue, in: bytes)
        }
    }
}

extension Mvccpb_KeyValue {
    init(_ keyValue: KeyValue, in bytes: RawSpan) {
        self.init()
        self.key = Data(copying: bytes.extracting(keyValue.key))
        self.createRevision = keyValue.createRevision
        self.modRevision = keyValue.modRevision
        self.version = keyValue.version
        self.value = Data(copying: bytes.extracting(keyValue.value))
        self.lease = keyValue.lease
    }
}
