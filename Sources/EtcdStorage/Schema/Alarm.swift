import ProtobufWire

/// An alarm that a member has raised; it travels inside a snapshot.
///
/// The bucket's key is a protobuf message, its value is empty:
///
///     field  type    name      unit / meaning
///         1  uint64  memberID
///         2  enum    kind      0 none, 1 no space, 2 corrupt
///
/// Source: etcd-io/etcd `api/etcdserverpb/rpc.proto`, `message AlarmMember`.
public struct Alarm: Hashable, Sendable {
    public var memberID: UInt64
    public var kind: Kind

    /// What is wrong; `NOSPACE` stops writes until it is disarmed.
    public enum Kind: Hashable, Sendable {
        case noSpace
        case corrupt
        case other(UInt64)
    }

    public init(memberID: UInt64, kind: Kind) {
        self.memberID = memberID
        self.kind = kind
    }

    /// Reads the message that fills `range`; nil when it is not one.
    init?(reading bytes: RawSpan, in range: Range<Int>) {
        self.memberID = 0
        self.kind = .other(0)
        var reader = ProtobufReader(range)
        do {
            while let field = try reader.next(in: bytes) {
                switch field {
                case .varint(number: 1, let id): self.memberID = id
                case .varint(number: 2, 1): self.kind = .noSpace
                case .varint(number: 2, 2): self.kind = .corrupt
                case .varint(number: 2, let kind): self.kind = .other(kind)
                default: return nil
                }
            }
        } catch {
            return nil
        }
    }
}

extension Alarm.Kind: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSpace: "NOSPACE"
        case .corrupt: "CORRUPT"
        case .other(let number): "alarm \(number)"
        }
    }
}
