/// Walks the fields of one protobuf message without copying it.
///
/// Positions are file offsets, so a field's bytes can be found again later. Every length is checked
/// against the message's end before it is used.
///
/// Source: protobuf.dev, "Encoding".
struct ProtobufReader {
    /// File offset of the next field's tag.
    private(set) var position: Int
    /// File offset just past the message.
    let end: Int

    /// Why bytes are not a protobuf message.
    enum Problem: Error, Hashable, Sendable {
        case truncated
        case varintTooLong
        case fieldZero
        case unsupportedWireType(UInt8)
    }

    /// One field: its number, and its content by wire type.
    enum Field: Hashable, Sendable {
        case varint(number: Int, UInt64)
        case bytes(number: Int, Range<Int>)
        case fixed(number: Int, Range<Int>)

        var number: Int {
            switch self {
            case .varint(let number, _), .bytes(let number, _), .fixed(let number, _): number
            }
        }
    }

    init(_ range: Range<Int>) {
        self.position = range.lowerBound
        self.end = range.upperBound
    }

    /// The next field, or nothing at the message's end; `bytes` is the whole file.
    mutating func next(in bytes: RawSpan) throws(Problem) -> Field? {
        guard self.position < self.end else { return nil }
        let tag = try self.varint(in: bytes)
        guard let number = Int(exactly: tag >> 3), number > 0 else { throw .fieldZero }
        switch UInt8(tag & 7) {
        case 0:
            return .varint(number: number, try self.varint(in: bytes))
        case 1:
            return .fixed(number: number, try self.take(8))
        case 2:
            guard let count = Int(exactly: try self.varint(in: bytes)) else { throw .truncated }
            return .bytes(number: number, try self.take(count))
        case 5:
            return .fixed(number: number, try self.take(4))
        case let wireType:
            throw .unsupportedWireType(wireType)
        }
    }

    private mutating func take(_ count: Int) throws(Problem) -> Range<Int> {
        guard count <= self.end - self.position else { throw .truncated }
        defer { self.position += count }
        return self.position..<self.position + count
    }

    private mutating func varint(in bytes: RawSpan) throws(Problem) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while self.position < self.end {
            let byte = bytes.unsafeLoad(fromByteOffset: self.position, as: UInt8.self)
            self.position += 1
            guard shift < 63 || byte <= 1 else { throw .varintTooLong }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .truncated
    }
}
