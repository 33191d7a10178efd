import ProtobufWire

/// One stored state of a key, by where its parts lie in the file.
///
/// A protobuf message; a field with its zero value is left out:
///
///     field  type   name            unit / meaning
///         1  bytes  key
///         2  int64  createRevision  main revision that created this generation of the key
///         3  int64  modRevision     main revision of this change
///         4  int64  version         changes in this generation, from 1
///         5  bytes  value
///         6  int64  lease           lease ID; 0 = none
///
/// A tombstone's message holds the key alone, and the record that restore's revision bump leaves is empty.
///
/// Source: etcd-io/etcd `api/mvccpb/kv.proto`.
public struct KeyValue: Hashable, Sendable {
    public var key: Range<Int>
    public var value: Range<Int>
    /// The message's numbers.
    public var metadata: KeyMetadata
}

extension KeyValue {
    /// Reads the message that fills `range` of `bytes`; nil when it is not one.
    ///
    /// A field of another number or type is refused too, and so are fields out of order: every etcd so
    /// far writes these six alone, ascending.
    public init?(reading bytes: RawSpan, in range: Range<Int>) {
        guard range.upperBound <= bytes.byteCount else { return nil }
        let nowhere = range.lowerBound..<range.lowerBound
        self.init(key: nowhere, value: nowhere, metadata: .zero)
        var reader = ProtobufReader(range)
        do {
            var last = 0
            while let field = try reader.next(in: bytes) {
                guard field.number > last else { return nil }
                last = field.number
                switch field {
                case .bytes(number: 1, let key): self.key = key
                case .varint(number: 2, let number): self.metadata.createRevision = Int64(bitPattern: number)
                case .varint(number: 3, let number): self.metadata.modRevision = Int64(bitPattern: number)
                case .varint(number: 4, let number): self.metadata.version = Int64(bitPattern: number)
                case .bytes(number: 5, let value): self.value = value
                case .varint(number: 6, let number): self.metadata.lease = Int64(bitPattern: number)
                default: return nil
                }
            }
        } catch {
            return nil
        }
    }
}

extension ProtobufWriter {
    /// Writes the fields of a ``KeyValue`` message as etcd does.
    ///
    /// - Returns: Where in ``bytes`` its parts lie; an empty value lies behind the key.
    mutating func appendKeyValue(key: RawSpan, value: RawSpan, _ metadata: KeyMetadata) -> KeyValue {
        let key = self.append(key, field: 1)
        self.appendUnlessZero(metadata.createRevision, field: 2)
        self.appendUnlessZero(metadata.modRevision, field: 3)
        self.appendUnlessZero(metadata.version, field: 4)
        let value = value.isEmpty ? key.upperBound..<key.upperBound : self.append(value, field: 5)
        self.appendUnlessZero(metadata.lease, field: 6)
        return KeyValue(key: key, value: value, metadata: metadata)
    }

    /// Writes the message of a tombstone, which has the key alone.
    mutating func appendTombstone(key: RawSpan) -> KeyValue {
        self.appendKeyValue(key: key, value: [UInt8]().span.bytes, .zero)
    }
}

/// The fields before the value in a ``KeyValue`` message: enough to index a record without reading the value.
struct KeyValueHead {
    /// File range of the key; empty in the record of a revision bump, whose message is empty.
    var key: Range<Int>
    /// Changes in this generation of the key; 0 in a tombstone.
    var version: Int64 = 0
    /// Length of the value, in bytes.
    var valueCount = 0

    /// Whether something stands behind the value: a lease, in what etcd writes.
    var hasTail = false

    /// Reads the head of the message that fills `range`; nil when it does not begin as etcd writes it.
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
                if case .varint(number: 4, let version) = field { self.version = Int64(bitPattern: version) }
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
