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
    public var createRevision: Int64
    public var modRevision: Int64
    public var version: Int64
    public var lease: Int64

    init(
        key: Range<Int>,
        value: Range<Int>,
        createRevision: Int64,
        modRevision: Int64,
        version: Int64,
        lease: Int64
    ) {
        self.key = key
        self.value = value
        self.createRevision = createRevision
        self.modRevision = modRevision
        self.version = version
        self.lease = lease
    }

    /// Reads the message that fills `range` of `bytes`; nil when it is not one.
    ///
    /// A field of another number or type is refused too, and so are fields out of order: every etcd so
    /// far writes these six alone, ascending.
    public init?(reading bytes: RawSpan, in range: Range<Int>) {
        guard range.upperBound <= bytes.byteCount else { return nil }
        self.key = range.lowerBound..<range.lowerBound
        self.value = self.key
        self.createRevision = 0
        self.modRevision = 0
        self.version = 0
        self.lease = 0
        var reader = ProtobufReader(range)
        do {
            var last = 0
            while let field = try reader.next(in: bytes) {
                guard field.number > last else { return nil }
                last = field.number
                switch field {
                case .bytes(number: 1, let key): self.key = key
                case .varint(number: 2, let revision): self.createRevision = Int64(bitPattern: revision)
                case .varint(number: 3, let revision): self.modRevision = Int64(bitPattern: revision)
                case .varint(number: 4, let version): self.version = Int64(bitPattern: version)
                case .bytes(number: 5, let value): self.value = value
                case .varint(number: 6, let lease): self.lease = Int64(bitPattern: lease)
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
    mutating func appendKeyValue(
        key: RawSpan,
        value: RawSpan,
        createRevision: Int64,
        modRevision: Int64,
        version: Int64,
        lease: Int64
    ) -> KeyValue {
        let key = self.append(key, field: 1)
        self.appendUnlessZero(createRevision, field: 2)
        self.appendUnlessZero(modRevision, field: 3)
        self.appendUnlessZero(version, field: 4)
        let value = value.isEmpty ? key.upperBound..<key.upperBound : self.append(value, field: 5)
        self.appendUnlessZero(lease, field: 6)
        return KeyValue(
            key: key,
            value: value,
            createRevision: createRevision,
            modRevision: modRevision,
            version: version,
            lease: lease
        )
    }

    /// Writes the message of a tombstone, which has the key alone.
    mutating func appendTombstone(key: RawSpan) -> KeyValue {
        self.appendKeyValue(
            key: key,
            value: [UInt8]().span.bytes,
            createRevision: 0,
            modRevision: 0,
            version: 0,
            lease: 0
        )
    }
}

/// The fields before the value in a ``KeyValue`` message: enough to index a record without reading the value.
struct KeyValueHead {
    /// File range of the key; empty in the record of a revision bump, whose message is empty.
    var key: Range<Int>
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
