/// The page that lists the free pages, where a file has one.
///
///     offset  size  field  unit / meaning (from the end of the page header)
///          0     8  count  only when the header's count is 0xFFFF
///       0, 8     8  page   one page number for each free page, ascending
///
/// Source: etcd-io/bbolt `internal/freelist/shared.go`, `Read`.
struct Freelist {
    /// Number of free pages listed.
    let count: Int
    /// The pages that the list itself takes.
    let ownPages: [PageID]
    private let start: Int

    private static let entryByteCount = 8

    /// Finds the list that the meta page names.
    init(of file: BoltFile, in bytes: RawSpan) throws(BoltError) {
        let id = file.meta.freelist
        guard id.rawValue >= 2, id < file.meta.highWater else {
            throw BoltError(.pageOutOfRange(highWater: file.meta.highWater), page: id)
        }
        let offset = Int(id.rawValue) * file.pageSize
        let header = try PageHeader(reading: bytes, at: offset, page: id)
        guard header.kind == .freelist else { throw BoltError(.unexpectedKind(header.kind), page: id) }
        guard UInt64(header.overflow) < file.meta.highWater.rawValue - id.rawValue else {
            throw BoltError(.overflowOutOfRange(overflow: header.overflow), page: id)
        }
        let end = offset + (Int(header.overflow) + 1) * file.pageSize
        var start = offset + PageHeader.byteCount
        var count = UInt64(header.count)
        if header.count == UInt16.max {
            count = bytes.littleEndian(UInt64.self, at: start)
            start += Self.entryByteCount
        }
        guard count <= UInt64((end - start) / Self.entryByteCount) else {
            throw BoltError(.elementsOutOfPage(count: Int(clamping: count)), page: id)
        }
        self.count = Int(count)
        self.start = start
        self.ownPages = (id.rawValue...id.rawValue + UInt64(header.overflow)).map { PageID($0) }
    }

    /// The free page at `index`, from 0 to ``count``.
    func page(at index: Int, in bytes: RawSpan) -> PageID {
        PageID(bytes.littleEndian(UInt64.self, at: self.start + index * Self.entryByteCount))
    }
}
