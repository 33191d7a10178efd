public import Files

/// An open bbolt file: its bytes, and the meta page that says where its root is.
///
/// Opening reads the two meta pages alone. Every page is checked when it is first used.
public struct BoltFile: Sendable {
    public let file: MappedFile
    /// Bytes of `file` that belong to the database; a snapshot's digest, say, lies after them.
    public let byteCount: Int
    /// The newest valid meta page.
    public let meta: Meta

    /// Opens the database in the first `byteCount` bytes of `file`.
    ///
    /// - Throws: `.empty`; what is wrong with meta page 0 when neither meta page is valid;
    ///   `.pageOutOfRange` when the root is not a page of it; `.fileTooShort` when the database counts more pages than there are bytes.
    public init(_ file: MappedFile, byteCount: Int) throws(BoltError) {
        let meta = try file.withBytes { (bytes) throws(BoltError) in
            try Meta.newest(in: bytes.extracting(0..<byteCount))
        }
        try self.init(file, byteCount: byteCount, meta: meta)
    }

    /// Opens the state before the last transaction, as the older of two valid meta pages names it.
    ///
    /// bbolt keeps the pages of that state until the next transaction, but for its freelist, which is left out here.
    ///
    /// Source: etcd-io/bbolt `tx.go`, `Commit`; `internal/freelist/shared.go`, `Free`.
    ///
    /// - Returns: Nil when there is no other state: a meta page is damaged, or both name the same root, as in a
    ///   snapshot that bbolt wrote.
    /// - Throws: As ``init(_:byteCount:)``.
    public static func beforeLastTransaction(
        of file: MappedFile,
        byteCount: Int
    ) throws(BoltError) -> BoltFile? {
        let meta = try file.withBytes { (bytes) throws(BoltError) in
            try Meta.older(in: bytes.extracting(0..<byteCount))
        }
        guard var meta else { return nil }
        meta.freelist = .none
        return try BoltFile(file, byteCount: byteCount, meta: meta)
    }

    private init(_ file: MappedFile, byteCount: Int, meta: Meta) throws(BoltError) {
        self.file = file
        self.byteCount = byteCount
        self.meta = meta
        guard self.meta.root.rawValue >= 2, self.meta.root < self.meta.highWater else {
            throw BoltError(.pageOutOfRange(highWater: self.meta.highWater), page: self.meta.root)
        }
        let needed = self.meta.highWater.rawValue.multipliedReportingOverflow(by: UInt64(self.meta.pageSize))
        guard !needed.overflow, needed.partialValue <= UInt64(byteCount) else {
            let bytes = needed.overflow ? UInt64.max : needed.partialValue
            throw BoltError(.fileTooShort(needed: bytes, found: UInt64(byteCount)), page: PageID(0))
        }
    }

    /// A file whose meta page is not to be believed.
    ///
    /// - Parameters:
    ///   - file: The file.
    ///   - byteCount: How much of it belongs to the database.
    ///   - meta: Must count no page that does not lie in these bytes.
    init(_ file: MappedFile, byteCount: Int, assuming meta: Meta) {
        self.file = file
        self.byteCount = byteCount
        self.meta = meta
    }

    /// Size of a page in bytes.
    public var pageSize: Int { Int(self.meta.pageSize) }

    /// Length of the database in bytes, high water mark × page size; the file may be longer.
    public var databaseByteCount: Int { Int(self.meta.highWater.rawValue) * self.pageSize }
}

extension Meta {
    /// The newest valid meta page of the database that fills `bytes`, or that they begin with.
    ///
    /// - Throws: `.empty`; what is wrong with meta page 0 when neither meta page is valid.
    public static func newest(in bytes: RawSpan) throws(BoltError) -> Meta {
        guard !bytes.isEmpty else { throw BoltError(.empty, page: PageID(0)) }
        let first: Meta
        do {
            first = try Meta(reading: bytes, at: PageHeader.byteCount, page: PageID(0))
        } catch {
            guard let second = findSecondMeta(in: bytes) else { throw error }
            return second
        }
        let offset = Int(first.pageSize) + PageHeader.byteCount
        guard let second = try? Meta(reading: bytes, at: offset, page: PageID(1)) else { return first }
        return second.transactionID > first.transactionID ? second : first
    }
}

extension Meta {
    /// The older of two valid meta pages that name different roots; nil when there are none.
    fileprivate static func older(in bytes: RawSpan) throws(BoltError) -> Meta? {
        let first = try Meta(reading: bytes, at: PageHeader.byteCount, page: PageID(0))
        let offset = Int(first.pageSize) + PageHeader.byteCount
        guard let second = try? Meta(reading: bytes, at: offset, page: PageID(1)),
            second.pageSize == first.pageSize, second.root != first.root
        else { return nil }
        return second.transactionID > first.transactionID ? first : second
    }
}

/// The second meta page when the first, which would say the page size, is lost.
private func findSecondMeta(in bytes: RawSpan) -> Meta? {
    var pageSize = Meta.pageSizes.lowerBound
    while pageSize <= Meta.pageSizes.upperBound {
        let meta = try? Meta(reading: bytes, at: pageSize + PageHeader.byteCount, page: PageID(1))
        if let meta, Int(meta.pageSize) == pageSize { return meta }
        pageSize *= 2
    }
    return nil
}
