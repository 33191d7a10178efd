@testable import KubernetesCodec

/// A message with a field that holds the same message again.
struct RecursiveMessage {
    var message: UInt16
    /// The field's number.
    var field: Int

    /// Nil when the schema has none.
    init?() {
        let schema = Schema.known
        for (index, message) in schema.messages.enumerated() where message.form == .object {
            let field = schema.fields[message.fields].first {
                $0.cardinality == .single && $0.type == .message && $0.message == index && $0.number < 4096
            }
            guard let field else { continue }
            (self.message, self.field) = (UInt16(index), Int(field.number))
            return
        }
        return nil
    }
}

/// The tag and the length of a field with bytes.
func header(_ field: Int, _ length: Int) -> [UInt8] { varint(field << 3 | 2) + varint(length) }

private func varint(_ value: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest > 0x7F {
        bytes.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
    }
    return bytes + [UInt8(rest)]
}

/// `inner` with a header before it at every level, and `after` behind it.
func wrapped(
    after: [UInt8] = [],
    _ inner: [UInt8],
    levels: Int,
    header: (_ length: Int) -> [UInt8]
) -> [UInt8] {
    var headers: [[UInt8]] = []
    var length = inner.count
    for _ in 0..<levels {
        headers.append(header(length))
        length += (headers.last?.count ?? 0) + after.count
    }
    return Array(headers.reversed().joined()) + inner + Array(repeatElement(after, count: levels).joined())
}

extension MessageDecoder {
    /// Decodes a message that stands alone.
    mutating func decode(_ message: UInt16, _ bytes: [UInt8]) throws(CodecError) {
        self.clear()
        try self.decode(message, as: Document.rootNode, in: 0..<bytes.count, of: bytes.span.bytes)
    }

    /// Decodes a message of a kind that nobody knows.
    mutating func decodeUnknown(_ bytes: [UInt8]) throws(CodecError) {
        self.clear()
        try self.decodeUnknown(as: Document.rootNode, in: 0..<bytes.count, of: bytes.span.bytes)
    }
}

extension Document {
    /// Bytes of memory that its values and their text take.
    var byteCapacity: Int {
        self.nodes.capacity * MemoryLayout<Node>.stride + self.text.capacity
            + self.unordered.capacity * MemoryLayout<UInt32>.stride
    }
}
