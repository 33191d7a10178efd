import Files

/// Hands out page numbers in order and writes each page where its number says.
struct PageOutput {
    /// bbolt's page size on almost every machine, in bytes.
    static let pageSize = 4096

    private let file: OutputFile
    /// The number of the next page to be written.
    private(set) var next = PageID(0)

    init(file: OutputFile) {
        self.file = file
    }

    /// The bytes written so far.
    var byteCount: Int { self.file.byteCount }

    /// How many pages a page of `byteCount` bytes spans.
    static func pages(_ byteCount: Int) -> Int {
        (byteCount + Self.pageSize - 1) / Self.pageSize
    }

    /// Begins a page of `byteCount` bytes, header included, with its header and its element table.
    ///
    /// - Returns: Its number.
    mutating func begin(
        _ kind: PageHeader.Kind,
        count: Int,
        byteCount: Int,
        elements: [UInt8] = []
    ) throws(BoltWriterError) -> PageID {
        let id = self.next
        let pages = Self.pages(byteCount)
        var head: [UInt8] = []
        head.reserveCapacity(PageHeader.byteCount + elements.count)
        let overflow = UInt32(pages - 1)
        PageHeader(id: id, kind: kind, count: UInt16(count), overflow: overflow).write(to: &head)
        head += elements
        try self.append(head)
        self.next = PageID(id.rawValue + UInt64(pages))
        return id
    }

    /// Goes on with the page last begun.
    func append(_ bytes: [UInt8]) throws(BoltWriterError) {
        try self.writing { file throws(FileError) in try file.append(bytes) }
    }

    /// Fills the page last begun up with zeros.
    func end() throws(BoltWriterError) {
        let missing = Int(self.next.rawValue) * Self.pageSize - self.file.byteCount
        try self.writing { file throws(FileError) in try file.appendZeros(missing) }
    }

    /// Writes `bytes` over the beginning of an earlier page.
    func overwrite(_ page: PageID, _ bytes: [UInt8]) throws(BoltWriterError) {
        try self.writing { file throws(FileError) in
            try file.overwrite(bytes.span.bytes, at: Int(page.rawValue) * Self.pageSize)
        }
    }

    private func writing(_ body: (OutputFile) throws(FileError) -> Void) throws(BoltWriterError) {
        do {
            try body(self.file)
        } catch {
            throw .file(error)
        }
    }
}
