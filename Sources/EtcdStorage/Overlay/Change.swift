import Bolt
import ProtobufWire

/// One change that was made over a source: a put, or a tombstone.
///
/// It holds the record as bucket `key` would: the bytes of its ``KeyValue`` message, of which a tombstone's
/// has the key alone.
final class Change: Sendable {
    let revision: RevisionKey
    /// Where the message's parts lie in ``message``; the numbers of a tombstone are 0.
    let keyValue: KeyValue
    /// The KeyValue message.
    let message: [UInt8]

    var isTombstone: Bool { self.revision.isTombstone }

    /// A put.
    init(at revision: RevisionKey, key: RawSpan, value: RawSpan, _ metadata: KeyMetadata) {
        var writer = ProtobufWriter(capacity: key.byteCount + value.byteCount + 48)
        self.keyValue = writer.appendKeyValue(key: key, value: value, metadata)
        self.revision = revision
        self.message = writer.bytes
    }

    /// A tombstone.
    init(deleting key: RawSpan, at revision: RevisionKey) {
        var writer = ProtobufWriter(capacity: key.byteCount + 8)
        self.keyValue = writer.appendTombstone(key: key)
        self.revision = RevisionKey(main: revision.main, sub: revision.sub, isTombstone: true)
        self.message = writer.bytes
    }

    /// What it takes in memory, about, in bytes.
    var byteCount: Int { self.message.count + 176 }

    /// How this change's key compares with another: below, at or above 0.
    func compareKey(to other: RawSpan) -> Int {
        self.message.withUnsafeBytes { $0.bytes.extracting(self.keyValue.key).compare(other) }
    }

    /// Calls `body` with a range of the message.
    func with<Result, Failure>(
        _ range: Range<Int>,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let message = self.message
        return try body(message.span.bytes.extracting(range))
    }

    /// Calls `body` with the key.
    func withKey<Result, Failure>(_ body: (RawSpan) throws(Failure) -> Result) throws(Failure) -> Result {
        try self.with(self.keyValue.key, body)
    }
}
