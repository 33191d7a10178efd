import Bolt
import EtcdStorage

/// One change that was made since the store was opened: a put, or a tombstone.
///
/// It holds the record as bucket `key` would: the bytes of its KeyValue message, of which a tombstone's
/// has the key alone.
final class Change: Sendable {
    let revision: RevisionKey
    let createRevision: Int64
    /// 0 for a tombstone.
    let version: Int64
    let lease: Int64
    /// The KeyValue message.
    let record: [UInt8]
    /// Where the key lies in ``record``.
    let key: Range<Int>
    /// Where the value lies in ``record``.
    let value: Range<Int>

    var isTombstone: Bool { self.revision.isTombstone }
    var modRevision: Int64 { self.revision.main }

    /// A put.
    init(
        at revision: RevisionKey,
        key: RawSpan,
        value: RawSpan,
        createRevision: Int64,
        version: Int64,
        lease: Int64
    ) {
        var message = MessageBuilder(capacity: key.byteCount + value.byteCount + 48)
        self.key = message.append(key, field: 1)
        message.append(createRevision, field: 2)
        message.append(revision.main, field: 3)
        message.append(version, field: 4)
        self.value =
            value.isEmpty ? self.key.upperBound..<self.key.upperBound : message.append(value, field: 5)
        message.append(lease, field: 6)
        self.revision = revision
        self.createRevision = createRevision
        self.version = version
        self.lease = lease
        self.record = message.bytes
    }

    /// A tombstone.
    init(deleting key: RawSpan, at revision: RevisionKey) {
        var message = MessageBuilder(capacity: key.byteCount + 8)
        self.key = message.append(key, field: 1)
        self.value = self.key.upperBound..<self.key.upperBound
        self.revision = RevisionKey(main: revision.main, sub: revision.sub, isTombstone: true)
        self.createRevision = 0
        self.version = 0
        self.lease = 0
        self.record = message.bytes
    }

    /// What it takes in memory, about, in bytes.
    var byteCount: Int { self.record.count + 160 }

    var keyBytes: [UInt8] { Array(self.record[self.key]) }

    /// How this change's key compares with another: below, at or above 0.
    func compareKey(to other: RawSpan) -> Int {
        self.record.withUnsafeBytes { $0.bytes.extracting(self.key).compare(other) }
    }

    /// Calls `body` with a range of the record.
    func with<Result>(_ range: Range<Int>, _ body: (RawSpan) -> Result) -> Result {
        self.record.withUnsafeBytes { body($0.bytes.extracting(range)) }
    }
}
