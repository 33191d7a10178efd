/// Writes a proto3 message field by field, as etcd writes its own: a field with its zero value is left out.
///
/// Source: protobuf.dev, "Encoding".
struct MessageBuilder {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) {
        self.bytes.reserveCapacity(capacity)
    }

    mutating func append(_ value: Int64, field: Int) {
        self.append(UInt64(bitPattern: value), field: field)
    }

    mutating func append(_ value: UInt64, field: Int) {
        guard value != 0 else { return }
        self.appendVarint(UInt64(field) << 3)
        self.appendVarint(value)
    }

    mutating func append(_ value: Bool, field: Int) {
        self.append(value ? 1 as UInt64 : 0, field: field)
    }

    /// Writes a bytes field, also when it is empty.
    ///
    /// - Returns: Where in ``bytes`` the value lies.
    @discardableResult
    mutating func append(_ value: RawSpan, field: Int) -> Range<Int> {
        self.appendHead(byteCount: value.byteCount, field: field)
        let start = self.bytes.count
        self.appendRaw(value)
        return start..<self.bytes.count
    }

    mutating func append(_ value: [UInt8], field: Int) {
        self.appendHead(byteCount: value.count, field: field)
        self.bytes.append(contentsOf: value)
    }

    /// Writes the tag and the length of a field whose bytes follow.
    private mutating func appendHead(byteCount: Int, field: Int) {
        self.appendVarint(UInt64(field) << 3 | 2)
        self.appendVarint(UInt64(byteCount))
    }

    private mutating func appendRaw(_ value: RawSpan) {
        value.withUnsafeBytes { self.bytes.append(contentsOf: $0) }
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
