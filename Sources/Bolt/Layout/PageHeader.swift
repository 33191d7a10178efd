/// The 16-byte header that starts every page of a bbolt file.
///
///     offset  size  field     unit / meaning
///          0     8  id        page number; file offset = id × page size, in bytes
///          8     2  flags     exactly one `Kind`; 0 or a combination is damage
///         10     2  count     elements on the page (freelist: 0xFFFF = the first element is the count)
///         12     4  overflow  further contiguous pages that this one spans; 0 = a single page
///
/// All fields are little-endian. Only reachable pages parse: a free page keeps stale bytes.
/// The page inside an inline bucket has id 0.
///
/// Source: etcd-io/bbolt `internal/common/page.go`, `type Page struct`.
public struct PageHeader: Hashable, Sendable {
    /// Size of the header on disk, in bytes.
    public static let byteCount = 16

    /// What a page holds; the raw value is the on-disk `flags` field.
    public enum Kind: UInt16, Hashable, Sendable, CaseIterable {
        case branch = 0x01
        case leaf = 0x02
        case meta = 0x04
        case freelist = 0x10
    }

    public var id: PageID
    public var kind: Kind
    public var count: UInt16
    public var overflow: UInt32

    public init(id: PageID, kind: Kind, count: UInt16, overflow: UInt32) {
        self.id = id
        self.kind = kind
        self.count = count
        self.overflow = overflow
    }

    /// Reads the header at `offset` of `bytes`, which belongs to page `expectedID`.
    ///
    /// - Throws: `.truncated` when fewer than ``byteCount`` bytes are there, `.unknownPageKind` when
    ///   `flags` is not exactly one kind, `.misplacedPage` when the page names another id.
    public init(reading bytes: RawSpan, at offset: Int, page expectedID: PageID) throws(BoltError) {
        guard offset >= 0, bytes.byteCount - offset >= Self.byteCount else {
            let found = max(0, bytes.byteCount - offset)
            throw BoltError(.truncated(needed: Self.byteCount, found: found), page: expectedID)
        }
        let flags = bytes.littleEndian(UInt16.self, at: offset + Offset.flags)
        guard let kind = Kind(rawValue: flags) else {
            throw BoltError(.unknownPageKind(flags: flags), page: expectedID)
        }
        self.id = PageID(bytes.littleEndian(UInt64.self, at: offset + Offset.id))
        self.kind = kind
        self.count = bytes.littleEndian(UInt16.self, at: offset + Offset.count)
        self.overflow = bytes.littleEndian(UInt32.self, at: offset + Offset.overflow)
        guard self.id == expectedID else {
            throw BoltError(.misplacedPage(claims: self.id), page: expectedID)
        }
    }

    /// Appends the ``byteCount`` bytes that ``init(reading:at:page:)`` reads back unchanged.
    public func write(to bytes: inout [UInt8]) {
        bytes.appendLittleEndian(self.id.rawValue)
        bytes.appendLittleEndian(self.kind.rawValue)
        bytes.appendLittleEndian(self.count)
        bytes.appendLittleEndian(self.overflow)
    }

    private enum Offset {
        static let id = 0
        static let flags = 8
        static let count = 10
        static let overflow = 12
    }
}

extension RawSpan {
    /// The little-endian integer at `offset`; the caller has checked that it lies within the span.
    @inlinable
    func littleEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ type: Value.Type, at offset: Int) -> Value
    {
        Value(littleEndian: self.unsafeLoadUnaligned(fromByteOffset: offset, as: Value.self))
    }
}

extension [UInt8] {
    /// Appends the integer's bytes, lowest first.
    mutating func appendLittleEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { self.append(contentsOf: $0) }
    }
}
