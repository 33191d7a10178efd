/// A meta page's content: where the file's root is, and which transaction wrote it.
///
///     offset  size  field      unit / meaning (from the end of the page header)
///          0     4  magic      0xED0CDAED
///          4     4  version    2
///          8     4  pageSize   bytes; a power of two from 512 to 65,536
///         12     4  flags      unused, 0
///         16     8  root       page of the root bucket
///         24     8  sequence   the root bucket's sequence, unused by etcd
///         32     8  freelist   page of the freelist; 2^64-1 = none was written
///         40     8  highWater  first page number not in use = length of the database, in pages
///         48     8  txid       transaction; the valid meta page with the higher one counts
///         56     8  checksum   FNV-1a-64 of the 56 bytes above
///
/// The transaction's meta lies on page txid mod 2.
///
/// Source: etcd-io/bbolt `internal/common/meta.go`, `type Meta struct`.
public struct Meta: Hashable, Sendable {
    /// Size on disk without the page header, in bytes.
    public static let byteCount = 64
    public static let magic: UInt32 = 0xED0C_DAED
    public static let version: UInt32 = 2
    /// The page sizes that bbolt can write, in bytes.
    public static let pageSizes = 512...65_536

    public var pageSize: UInt32
    public var root: PageID
    public var sequence: UInt64
    public var freelist: PageID
    public var highWater: PageID
    public var transactionID: UInt64

    public init(
        pageSize: UInt32,
        root: PageID,
        sequence: UInt64,
        freelist: PageID,
        highWater: PageID,
        transactionID: UInt64
    ) {
        self.pageSize = pageSize
        self.root = root
        self.sequence = sequence
        self.freelist = freelist
        self.highWater = highWater
        self.transactionID = transactionID
    }

    /// Reads and proves the meta at `offset` of `bytes`, the first byte after the header of `page`.
    ///
    /// - Throws: `.truncated`, `.notBolt` (magic), `.foreignByteOrder`, `.unsupportedVersion`,
    ///   `.metaChecksum` or `.badPageSize`.
    public init(reading bytes: RawSpan, at offset: Int, page: PageID) throws(BoltError) {
        guard offset >= 0, bytes.byteCount - offset >= Self.byteCount else {
            let found = max(0, bytes.byteCount - offset)
            throw BoltError(.truncated(needed: Self.byteCount, found: found), page: page)
        }
        let magic = bytes.littleEndian(UInt32.self, at: offset + Offset.magic)
        guard magic == Self.magic else {
            throw BoltError(magic == Self.magic.byteSwapped ? .foreignByteOrder : .notBolt, page: page)
        }
        let version = bytes.littleEndian(UInt32.self, at: offset + Offset.version)
        guard version == Self.version else { throw BoltError(.unsupportedVersion(version), page: page) }
        let checksum = bytes.littleEndian(UInt64.self, at: offset + Offset.checksum)
        guard checksum == fnv1a64(bytes.extracting(offset..<offset + Offset.checksum)) else {
            throw BoltError(.metaChecksum, page: page)
        }
        self.pageSize = bytes.littleEndian(UInt32.self, at: offset + Offset.pageSize)
        self.root = PageID(bytes.littleEndian(UInt64.self, at: offset + Offset.root))
        self.sequence = bytes.littleEndian(UInt64.self, at: offset + Offset.sequence)
        self.freelist = PageID(bytes.littleEndian(UInt64.self, at: offset + Offset.freelist))
        self.highWater = PageID(bytes.littleEndian(UInt64.self, at: offset + Offset.highWater))
        self.transactionID = bytes.littleEndian(UInt64.self, at: offset + Offset.transactionID)
        guard Self.pageSizes.contains(Int(self.pageSize)), self.pageSize.nonzeroBitCount == 1 else {
            throw BoltError(.badPageSize(self.pageSize), page: page)
        }
    }

    /// Appends the ``byteCount`` bytes that ``init(reading:at:page:)`` reads back unchanged.
    public func write(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.appendLittleEndian(Self.magic)
        bytes.appendLittleEndian(Self.version)
        bytes.appendLittleEndian(self.pageSize)
        bytes.appendLittleEndian(UInt32(0))
        bytes.appendLittleEndian(self.root.rawValue)
        bytes.appendLittleEndian(self.sequence)
        bytes.appendLittleEndian(self.freelist.rawValue)
        bytes.appendLittleEndian(self.highWater.rawValue)
        bytes.appendLittleEndian(self.transactionID)
        let checksum = fnv1a64(bytes.span.bytes.extracting(start..<bytes.count))
        bytes.appendLittleEndian(checksum)
    }

    private enum Offset {
        static let magic = 0
        static let version = 4
        static let pageSize = 8
        static let root = 16
        static let sequence = 24
        static let freelist = 32
        static let highWater = 40
        static let transactionID = 48
        static let checksum = 56
    }
}

/// FNV-1a with 64 bits, as Go's `hash/fnv.New64a`.
func fnv1a64(_ bytes: RawSpan) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for offset in bytes.byteOffsets {
        hash ^= UInt64(bytes.littleEndian(UInt8.self, at: offset))
        hash = hash &* 0x0000_0100_0000_01B3
    }
    return hash
}
