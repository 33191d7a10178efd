/// Writes protobuf's wire format field by field.
///
/// Only what etcd's messages need: variable-length integers and length-delimited bytes.
///
/// Source: protobuf's encoding guide; wire types 0 (varint) and 2 (length-delimited).
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    /// Writes an integer field, also when it is 0: proto2's messages tell 0 from absent.
    mutating func append(_ value: UInt64, field: Int) {
        self.appendVarint(UInt64(field) << 3)
        self.appendVarint(value)
    }

    mutating func append(_ value: [UInt8], field: Int) {
        self.appendVarint(UInt64(field) << 3 | 2)
        self.appendVarint(UInt64(value.count))
        self.bytes += value
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
