import EtcdStorage
import ProtobufWire

/// The serialised answer to a range, not yet put together: where its parts lie and how long it will be.
///
/// It is written once, straight into the memory that it is sent from. Of 10,000 keys with 66 MB, each further
/// copy would take a tenth of the whole call.
public struct RangeResponseBytes: Sendable {
    /// The fields in front of the records.
    private let head: [UInt8]
    private var records: [MessageLocation] = []
    /// The fields behind the records.
    private var tail: [UInt8] = []
    private let view: RevisionView

    /// Size of the answer, in bytes.
    public private(set) var byteCount: Int

    /// An answer that is `head` alone until more is added.
    init(_ head: [UInt8], from view: RevisionView) {
        self.head = head
        self.view = view
        self.byteCount = head.count
    }

    /// The field `kvs`, as a tag.
    private static let recordTag: UInt8 = 2 << 3 | 2

    mutating func append(_ record: MessageLocation) {
        self.records.append(record)
        self.byteCount += 1 + varintByteCount(record.byteCount) + record.byteCount
    }

    /// Adds the fields behind the records.
    mutating func finish(more: Bool, count: Int) {
        var tail = ProtobufWriter(capacity: 16)
        tail.appendUnlessZero(more, field: 3)
        tail.appendUnlessZero(Int64(count), field: 4)
        self.tail = tail.bytes
        self.byteCount += self.tail.count
    }

    /// Writes the answer to `buffer`, which has ``byteCount`` bytes.
    ///
    /// - Throws: ``EtcdError/damaged(_:)`` when the source's file has changed since it was opened.
    public func write(into buffer: UnsafeMutableRawBufferPointer) throws(EtcdError) {
        var output = OutputRawSpan(buffer: buffer, initializedCount: 0)
        try output.append(self.head.span.bytes)
        try self.view.forEach(self.records) { (message) throws(EtcdError) in
            try output.append(Self.recordTag, varint: message.byteCount)
            try output.append(message)
        }
        try output.append(self.tail.span.bytes)
        _ = output.finalize(for: buffer)
        try EtcdError.translating { () throws(StorageError) in try self.view.checkUnchanged() }
    }
}

extension OutputRawSpan {
    fileprivate mutating func append(_ bytes: RawSpan) throws(EtcdError) {
        guard bytes.byteCount <= self.freeCapacity else { throw .responseTooLong }
        self.withUnsafeMutableBytes { buffer, count in
            bytes.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(rebasing: buffer[count...]).copyMemory(from: bytes)
            }
            count += bytes.byteCount
        }
    }

    fileprivate mutating func append(_ tag: UInt8, varint value: Int) throws(EtcdError) {
        guard 1 + varintByteCount(value) <= self.freeCapacity else { throw .responseTooLong }
        self.append(tag)
        var rest = value
        while rest > 0x7F {
            self.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.append(UInt8(truncatingIfNeeded: rest))
    }
}

extension EtcdError {
    /// Not one of etcd's own: an answer that does not fit into the memory that was asked for.
    fileprivate static let responseTooLong = EtcdError(
        .internalError,
        "etcdserver: a range's answer is longer than computed"
    )
}

/// How many bytes a length takes as a varint.
private func varintByteCount(_ value: Int) -> Int {
    max(1, (Int.bitWidth - value.leadingZeroBitCount + 6) / 7)
}
