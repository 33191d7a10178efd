import EtcdStorage
import ProtobufWire

extension Overlay {
    /// The events of whole revisions from `first` on.
    func events(
        from first: Int64,
        matching filter: EventFilter,
        byteLimit: Int
    ) throws(StorageError) -> EventBatch {
        var collector = EventCollector(first: first, byteLimit: byteLimit, revision: self.revision)
        try self.forEachChange(from: first) { (change, bytes) throws(StorageError) in
            guard collector.begins(change.revision.main) else { return false }
            guard filter.admits(isTombstone: change.isTombstone) else { return true }
            let keyValue = try self.keyValue(of: change, in: bytes)
            guard filter.range.contains(bytes.extracting(keyValue.key)) else { return true }
            let previous =
                filter.withPrevious ? try self.previousMessage(of: change, keyValue, in: bytes) : nil
            collector.append(eventMessage(of: change, keyValue, after: previous, in: bytes))
            return true
        }
        return collector.finished
    }
}

/// Gathers events until there are enough, and then to the end of the revision.
private struct EventCollector {
    private(set) var batch: EventBatch
    private var isFull = false
    private let byteLimit: Int
    private var message = ProtobufWriter()
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
private func eventMessage(
    of change: StoredChange,
    _ keyValue: KeyValue,
    after previous: [UInt8]?,
    in bytes: RawSpan
) -> [UInt8] {
    var event = ProtobufWriter(capacity: change.message.count + (previous?.count ?? 0) + 32)
    event.appendUnlessZero(change.isTombstone, field: 1)
    if change.isTombstone {
        var deleted = ProtobufWriter(capacity: keyValue.key.count + 16)
        deleted.append(bytes.extracting(keyValue.key), field: 1)
        deleted.appendUnlessZero(change.revision.main, field: 3)
        event.append(deleted.bytes, field: 2)
    } else {
        event.append(bytes.extracting(change.message), field: 2)
    }
    if let previous { event.append(previous, field: 3) }
    return event.bytes
}
