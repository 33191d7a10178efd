/// Walks the fields of one protobuf message without copying it.
///
/// Positions are offsets in the bytes around it, so a field's bytes can be found again later. Every
/// length is checked against the message's end before it is used.
///
/// Source: protobuf.dev, "Encoding".
public struct ProtobufReader {
    @usableFromInline var offset: Int
    /// Offset of the next field's tag.
    @inlinable public var position: Int { self.offset }
    /// Offset just past the message.
    public let end: Int

    /// Why bytes are not a protobuf message.
    public enum Problem: Error, Hashable, Sendable {
        case truncated
        case varintTooLong
        case fieldZero
        case unsupportedWireType(UInt8)
    }

    /// One field: its number, and its content by wire type.
    @frozen public enum Field: Hashable, Sendable {
        case varint(number: Int, UInt64)
        case bytes(number: Int, Range<Int>)
        case fixed(number: Int, Range<Int>)

        @inlinable public var number: Int {
            switch self {
            case .varint(let number, _), .bytes(let number, _), .fixed(let number, _): number
            }
        }
    }

    @inlinable public init(_ range: Range<Int>) {
        self.offset = range.lowerBound
        self.end = range.upperBound
    }

    /// The next field, or nothing at the message's end; `bytes` is all that positions count in.
    @inlinable public mutating func next(in bytes: RawSpan) throws(Problem) -> Field? {
        guard self.offset < self.end else { return nil }
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

    @inlinable mutating func take(_ count: Int) throws(Problem) -> Range<Int> {
        guard count <= self.end - self.offset else { throw .truncated }
        defer { self.offset += count }
        return self.offset..<self.offset + count
    }

    /// A varint that stands by itself, as the elements of a packed field do.
    @inlinable public mutating func varint(in bytes: RawSpan) throws(Problem) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while self.offset < self.end {
            let byte = bytes.unsafeLoad(fromByteOffset: self.offset, as: UInt8.self)
            self.offset += 1
            guard shift < 63 || byte <= 1 else { throw .varintTooLong }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .truncated
    }
}
