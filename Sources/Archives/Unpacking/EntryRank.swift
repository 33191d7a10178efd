import Bolt

/// How likely an entry is the snapshot, by its first bytes.
enum EntryRank: Int, Comparable {
    case other
    /// It may hold the snapshot.
    case packed
    case database

    /// Enough to see both meta pages, whatever size a page has, in bytes.
    static let headByteCount = 128 << 10

    init(_ head: UnsafeRawBufferPointer) {
        if isDatabase(head.bytes) {
            self = .database
        } else if ArchiveFormat(beginning: head) != nil {
            self = .packed
        } else {
            self = .other
        }
    }

    static func < (left: EntryRank, right: EntryRank) -> Bool { left.rawValue < right.rawValue }
}

/// Whether one of the meta pages lies where a bbolt file has it.
private func isDatabase(_ head: RawSpan) -> Bool {
    let magicOffset = PageHeader.byteCount
    var pageSize = 0
    while pageSize <= Meta.pageSizes.upperBound {
        let offset = pageSize + magicOffset
        guard offset + 4 <= head.byteCount else { return false }
        let magic = head.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self)
        if UInt32(littleEndian: magic) == Meta.magic { return true }
        pageSize = pageSize == 0 ? Meta.pageSizes.lowerBound : pageSize * 2
    }
    return false
}

/// How long the database that begins with `head` says that it is, in bytes; nil when it does not say.
func declaredByteCount(of head: RawSpan) -> Int? {
    guard let meta = try? Meta.newest(in: head) else { return nil }
    let length = meta.highWater.rawValue.multipliedReportingOverflow(by: UInt64(meta.pageSize))
    return length.overflow ? nil : Int(exactly: length.partialValue)
}
