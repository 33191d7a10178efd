/// Writes protobuf's wire format field by field.
///
/// proto2 tells a field of zero from one that is absent: ``append(_:field:)-(UInt64,_)`` writes both. proto3
/// leaves out a number that is zero: ``appendUnlessZero(_:field:)-(UInt64,_)``.
///
/// Source: protobuf.dev, "Encoding"; wire types 0 (varint), 1 (eight bytes) and 2 (length-delimited).
public struct ProtobufWriter {
    public private(set) var bytes: [UInt8] = []

    public init(capacity: Int = 0) {
        self.bytes.reserveCapacity(capacity)
    }

    /// Writes an integer field, also when it is 0.
    public mutating func append(_ value: UInt64, field: Int) {
        self.appendVarint(UInt64(field) << 3)
        self.appendVarint(value)
    }

    /// Writes an integer field, unless it is 0.
    public mutating func appendUnlessZero(_ value: UInt64, field: Int) {
        if value != 0 { self.append(value, field: field) }
    }

    /// Writes an int64 or enum field, unless it is 0.
    public mutating func appendUnlessZero(_ value: Int64, field: Int) {
        if value != 0 { self.append(UInt64(bitPattern: value), field: field) }
    }

    /// Writes a bool field, unless it is false.
    public mutating func appendUnlessZero(_ value: Bool, field: Int) {
        if value { self.append(1, field: field) }
    }

    /// Writes a field of bytes, a string or a message, also when it is empty.
    public mutating func append(_ value: [UInt8], field: Int) {
        self.appendHead(byteCount: value.count, field: field)
        self.bytes += value
    }

    /// Writes a field of bytes, a string or a message, also when it is empty.
    ///
    /// - Returns: Where in ``bytes`` the value lies.
    @discardableResult
    public mutating func append(_ value: RawSpan, field: Int) -> Range<Int> {
        self.appendHead(byteCount: value.byteCount, field: field)
        let start = self.bytes.count
        value.withUnsafeBytes { self.bytes.append(contentsOf: $0) }
        return start..<self.bytes.count
    }

    /// Writes a double field, as eight bytes in little-endian order.
    public mutating func append(double value: Double, field: Int) {
        self.appendVarint(UInt64(field) << 3 | 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { self.bytes += $0 }
    }

    /// Writes the tag and the length of a field whose bytes follow.
    private mutating func appendHead(byteCount: Int, field: Int) {
        self.appendVarint(UInt64(field) << 3 | 2)
        self.appendVarint(UInt64(byteCount))
    }

    private mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            self.bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
