import ProtobufWire

/// What stands before a value in its ``KeyValue`` message: enough to index a record without touching the value.
struct KeyValueHead {
    /// File range of the key; empty in the record of a revision bump, whose message is empty.
    var key: Range<Int>
    /// Length of the value, in bytes.
    var valueCount = 0

    /// Whether something stands behind the value: a lease, in what etcd writes.
    var hasTail = false

    /// Reads the head of the message that fills `range`; nothing when it does not begin as etcd writes it.
    init?(reading bytes: RawSpan, in range: Range<Int>) {
        self.key = range.lowerBound..<range.lowerBound
        var reader = ProtobufReader(range)
        do {
            guard let first = try reader.next(in: bytes) else { return }
            guard case .bytes(number: 1, let key) = first else { return nil }
            self.key = key
            while let field = try reader.next(in: bytes) {
                guard field.number < 6 else {
                    self.hasTail = true
                    return
                }
                guard case .bytes(number: 5, let value) = field else { continue }
                self.valueCount = value.count
                self.hasTail = value.upperBound < range.upperBound
                return
            }
        } catch {
            return nil
        }
    }
}
