import EtcdStorage
import Files

/// The serialised answer to a range, not yet put together: where its parts lie and how long it will be.
///
/// It is written once, straight into the memory that it is sent from. Of 10,000 keys with 66 MB, each further
/// copy would take a tenth of the whole call.
public struct RangeResponseBytes: Sendable {
    /// A serialised KeyValue.
    enum Record: Sendable {
        /// Where it lies in the source's file.
        case source(Range<Int>)
        case overlay(Change)

        var byteCount: Int {
            switch self {
            case .source(let range): range.count
            case .overlay(let change): change.record.count
            }
        }
    }

    /// The fields in front of the records.
    private let head: [UInt8]
    private var records: [Record] = []
    /// The fields behind the records.
    private var tail: [UInt8] = []
    private let source: SourceStore?

    /// Size of the answer, in bytes.
    public private(set) var byteCount: Int

    /// An answer that is `head` alone until more is added.
    init(_ head: [UInt8], from source: SourceStore?) {
        self.head = head
        self.source = source
        self.byteCount = head.count
    }

    /// The field `kvs`, as a tag.
    private static let recordTag: UInt8 = 2 << 3 | 2

    mutating func append(_ record: Record) {
        self.records.append(record)
        self.byteCount += 1 + varintByteCount(record.byteCount) + record.byteCount
    }

    mutating func finish(_ tail: [UInt8]) {
        self.tail = tail
        self.byteCount += tail.count
    }

    /// Writes the answer to `buffer`, which has ``byteCount`` bytes.
    ///
    /// - Throws: `.corrupt` when the source's file has changed since it was opened.
    public func write(into buffer: UnsafeMutableRawBufferPointer) throws(EtcdError) {
        var output = BufferOutput(buffer)
        output.append(self.head)
        self.appendRecords(to: &output)
        output.append(self.tail)
        try self.source?.checkUnchanged()
    }

    private func appendRecords(to output: inout BufferOutput) {
        func append(_ record: Record, _ source: UnsafeRawBufferPointer) {
            output.append(byte: Self.recordTag)
            output.append(varint: record.byteCount)
            switch record {
            case .source(let range): output.append(UnsafeRawBufferPointer(rebasing: source[range]))
            case .overlay(let change): output.append(change.record)
            }
        }
        guard let source = self.source else {
            let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
            for record in self.records { append(record, nothing) }
            return
        }
        source.file.withBytes { bytes in
            bytes.withUnsafeBytes { bytes in
                for record in self.records { append(record, bytes) }
            }
        }
    }
}

/// Writes front to back into memory that others own.
private struct BufferOutput {
    private var rest: UnsafeMutableRawBufferPointer

    init(_ buffer: UnsafeMutableRawBufferPointer) {
        self.rest = buffer
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count <= self.rest.count)
        self.rest.copyMemory(from: bytes)
        self.rest = UnsafeMutableRawBufferPointer(rebasing: self.rest[bytes.count...])
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { self.append($0) }
    }

    mutating func append(byte: UInt8) {
        self.rest[0] = byte
        self.rest = UnsafeMutableRawBufferPointer(rebasing: self.rest[1...])
    }

    mutating func append(varint value: Int) {
        var rest = value
        while rest > 0x7F {
            self.append(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.append(byte: UInt8(truncatingIfNeeded: rest))
    }
}

/// How many bytes a length takes as a varint.
private func varintByteCount(_ value: Int) -> Int {
    max(1, (Int.bitWidth - value.leadingZeroBitCount + 6) / 7)
}
