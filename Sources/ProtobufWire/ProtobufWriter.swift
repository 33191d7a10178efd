/// Writes protobuf's wire format field by field.
///
/// Source: protobuf's encoding guide; wire types 0 (varint), 1 (eight bytes) and 2 (length-delimited).
public struct ProtobufWriter {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Writes an integer field, also when it is 0: proto2's messages tell 0 from absent.
    public mutating func append(_ value: UInt64, field: Int) {
        self.appendVarint(UInt64(field) << 3)
        self.appendVarint(value)
    }

    public mutating func append(_ value: [UInt8], field: Int) {
        self.appendVarint(UInt64(field) << 3 | 2)
        self.appendVarint(UInt64(value.count))
        self.bytes += value
    }

    /// Writes a double field, as eight bytes in little-endian order.
    public mutating func append(double value: Double, field: Int) {
        self.appendVarint(UInt64(field) << 3 | 1)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { self.bytes += $0 }
    }

    private mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest > 0x7F {
            self.bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.bytes.append(UInt8(rest))
    }
}
