import Bolt
import Files
import ProtobufWire

/// One change that was made over a source: a put, or a tombstone.
///
/// It holds the record as bucket `key` would: the bytes of its ``KeyValue`` message, of which a tombstone's
/// has the key alone.
final class Change: Sendable {
    let revision: RevisionKey
    /// Where the message's parts lie in it; the numbers of a tombstone are 0.
    let keyValue: KeyValue
    private let place: Place

    /// Where the KeyValue message is.
    private enum Place {
        case memory([UInt8])
        case file(MappedFile, Range<Int>)
    }

    var isTombstone: Bool { self.revision.isTombstone }

    /// A put.
    init(at revision: RevisionKey, key: RawSpan, value: RawSpan, _ metadata: KeyMetadata) {
        var writer = ProtobufWriter(capacity: key.byteCount + value.byteCount + 48)
        self.keyValue = writer.appendKeyValue(key: key, value: value, metadata)
        self.revision = revision
        self.place = .memory(writer.bytes)
    }

    /// A tombstone.
    init(deleting key: RawSpan, at revision: RevisionKey) {
        var writer = ProtobufWriter(capacity: key.byteCount + 8)
        self.keyValue = writer.appendTombstone(key: key)
        self.revision = RevisionKey(main: revision.main, sub: revision.sub, isTombstone: true)
        self.place = .memory(writer.bytes)
    }

    /// The same change, whose message is in a file from `offset` on.
    init(_ change: Change, in file: MappedFile, at offset: Int) {
        self.revision = change.revision
        self.keyValue = change.keyValue
        self.place = .file(file, offset..<offset + change.messageByteCount)
    }

    /// Whether the message is in memory, not in a file.
    var isInMemory: Bool { if case .memory = self.place { true } else { false } }

    /// Length of the message, in bytes.
    var messageByteCount: Int {
        switch self.place {
        case .memory(let message): message.count
        case .file(_, let range): range.count
        }
    }

    /// The KeyValue message; a copy where it is in a file.
    var message: [UInt8] {
        switch self.place {
        case .memory(let message): message
        case .file(let file, let range): file.withBytes { $0.copy(range) }
        }
    }

    /// Calls `body` with the KeyValue message.
    func withMessage<Result, Failure>(
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch self.place {
        case .memory(let message): return try body(message.span.bytes)
        case .file(let file, let range):
            return try file.withBytes { (bytes) throws(Failure) in try body(bytes.extracting(range)) }
        }
    }

    /// What it takes in memory, about, in bytes, its message included wherever that is.
    var byteCount: Int { self.messageByteCount + 176 }

    /// How this change's key compares with another: below, at or above 0.
    func compareKey(to other: RawSpan) -> Int {
        self.withMessage { $0.extracting(self.keyValue.key).compare(other) }
    }

    /// Calls `body` with a range of the message.
    func with<Result, Failure>(
        _ range: Range<Int>,
        _ body: (RawSpan) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try self.withMessage { (message) throws(Failure) in try body(message.extracting(range)) }
    }

    /// Calls `body` with the key.
    func withKey<Result, Failure>(_ body: (RawSpan) throws(Failure) -> Result) throws(Failure) -> Result {
        try self.with(self.keyValue.key, body)
    }
}
