import ProtobufWire

/// A lease: keys attached to it go when it runs out.
///
/// Key: the ID, int64 big-endian. Value, a protobuf message:
///
///     field  type   name          unit / meaning
///         1  int64  id
///         2  int64  ttl           seconds, as granted
///         3  int64  remainingTTL  seconds left at the last checkpoint; 0 = no checkpoint
///
/// Source: etcd-io/etcd `server/lease/leasepb/lease.proto`.
public struct Lease: Hashable, Sendable {
    public var id: Int64
    public var ttl: Int64
    public var remainingTTL: Int64

    /// Seconds that the lease gets when a restored store starts.
    public var secondsAfterRestore: Int64 { self.remainingTTL > 0 ? self.remainingTTL : self.ttl }

    public init(id: Int64, ttl: Int64, remainingTTL: Int64 = 0) {
        self.id = id
        self.ttl = ttl
        self.remainingTTL = remainingTTL
    }

    /// The key in bucket `lease`.
    public var key: [UInt8] { bigEndianBytes(UInt64(bitPattern: self.id)) }

    /// The message.
    public var message: [UInt8] {
        var writer = ProtobufWriter()
        writer.appendUnlessZero(self.id, field: 1)
        writer.appendUnlessZero(self.ttl, field: 2)
        writer.appendUnlessZero(self.remainingTTL, field: 3)
        return writer.bytes
    }

    /// Reads the message that fills `range`; nil when it is not one.
    init?(reading bytes: RawSpan, in range: Range<Int>) {
        self.id = 0
        self.ttl = 0
        self.remainingTTL = 0
        var reader = ProtobufReader(range)
        do {
            while let field = try reader.next(in: bytes) {
                switch field {
                case .varint(number: 1, let id): self.id = Int64(bitPattern: id)
                case .varint(number: 2, let seconds): self.ttl = Int64(bitPattern: seconds)
                case .varint(number: 3, let seconds): self.remainingTTL = Int64(bitPattern: seconds)
                default: return nil
                }
            }
        } catch {
            return nil
        }
    }
}
