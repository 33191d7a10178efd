/// The key of one change in bucket `key`: which revision made it.
///
///     offset  size  field      unit / meaning
///          0     8  main       revision of the store; one per transaction, big-endian, at least 0
///          8     1  separator  `_`
///          9     8  sub        operation within the transaction, from 0, big-endian
///         17     1  tombstone  `t` when the change is a deletion; else absent
///
/// Source: etcd-io/etcd `server/storage/mvcc/revision.go`.
public struct RevisionKey: Hashable, Sendable {
    /// Size on disk of a key that is not a tombstone, in bytes.
    public static let byteCount = 17
    /// Size on disk of a tombstone's key, in bytes.
    public static let tombstoneByteCount = 18

    public var main: Int64
    public var sub: Int64
    public var isTombstone: Bool

    public init(main: Int64, sub: Int64, isTombstone: Bool = false) {
        self.main = main
        self.sub = sub
        self.isTombstone = isTombstone
    }

    /// Reads the key that fills `range` of `bytes`; nil when the bytes are not a revision key.
    public init?(reading bytes: RawSpan, in range: Range<Int>) {
        guard range.count == Self.byteCount || range.count == Self.tombstoneByteCount,
            range.upperBound <= bytes.byteCount
        else { return nil }
        let start = range.lowerBound
        self.main = Int64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: Int64.self))
        self.sub = Int64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start + 9, as: Int64.self))
        self.isTombstone = range.count == Self.tombstoneByteCount
        let separator = bytes.unsafeLoad(fromByteOffset: start + 8, as: UInt8.self)
        guard separator == UInt8(ascii: "_"), self.main >= 0, self.sub >= 0 else { return nil }
        if self.isTombstone {
            let mark = bytes.unsafeLoad(fromByteOffset: start + 17, as: UInt8.self)
            guard mark == UInt8(ascii: "t") else { return nil }
        }
    }

    /// The 17 or 18 bytes that ``init(reading:in:)`` reads back unchanged.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.tombstoneByteCount)
        withUnsafeBytes(of: self.main.bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "_"))
        withUnsafeBytes(of: self.sub.bigEndian) { bytes.append(contentsOf: $0) }
        if self.isTombstone { bytes.append(UInt8(ascii: "t")) }
        return bytes
    }
}

extension RevisionKey: Comparable {
    public static func < (left: RevisionKey, right: RevisionKey) -> Bool {
        left.main != right.main ? left.main < right.main : left.sub < right.sub
    }
}

extension RevisionKey: CustomStringConvertible {
    public var description: String { "\(self.main)_\(self.sub)\(self.isTombstone ? "t" : "")" }
}
