/// About how large a database becomes when etcd writes it anew, which it does to defragment it.
///
/// Leaves are filled to nine tenths and have two keys at least; the pages are the system's.
///
/// Source: etcd-io/etcd `server/storage/backend/backend.go`, `defragdb`; etcd-io/bbolt `node.go`, `splitIndex`.
struct PackedSize {
    private static let pageSize = 4096
    private static let threshold = pageSize * 9 / 10
    private static let header = 16
    private static let element = 16
    /// Of a branch page's element and its key, which is a revision.
    private static let branchElement = 16 + 17
    private static let fewestKeys = 2

    private var leafPages = 0
    private var leafCount = 0
    private var keys = 0
    private var filled = header

    /// Adds the next record.
    mutating func add(byteCount: Int) {
        let size = Self.element + byteCount
        if self.keys >= Self.fewestKeys, self.filled + size > Self.threshold { self.closeLeaf() }
        self.keys += 1
        self.filled += size
    }

    private mutating func closeLeaf() {
        self.leafPages += (self.filled + Self.pageSize - 1) / Self.pageSize
        self.leafCount += 1
        self.keys = 0
        self.filled = Self.header
    }

    /// The whole database, in bytes.
    ///
    /// - Parameter otherPages: Pages of the other buckets.
    /// - Returns: All pages.
    consuming func byteCount(otherPages: Int) -> Int {
        if self.keys > 0 { self.closeLeaf() }
        var branchPages = 0
        var level = self.leafCount
        let children = (Self.threshold - Self.header) / Self.branchElement
        while level > 1 {
            level = (level + children - 1) / children
            branchPages += level
        }
        // Two meta pages, and the leaf that names the buckets.
        return (3 + self.leafPages + branchPages + otherPages) * Self.pageSize
    }
}

/// About how large the database becomes, in bytes.
public struct ExpectedSizes: Hashable, Sendable {
    /// After a defragmentation.
    public var defragmented: Int
    /// After a compaction at the newest revision, and a defragmentation.
    public var compactedAndDefragmented: Int
}

extension RetainedRecords {
    /// What compaction and defragmentation would make of the database; never more than it is.
    public func expectedSizes() -> ExpectedSizes {
        var (all, live) = (PackedSize(), PackedSize())
        for record in self.records.joined() {
            all.add(byteCount: record.byteCount)
            if !record.isTombstone, self.found(record).isLive { live.add(byteCount: record.byteCount) }
        }
        let otherPages = (self.file.otherBuckets + 4095) / 4096
        let current = self.file.database
        return ExpectedSizes(
            defragmented: min(current, all.byteCount(otherPages: otherPages)),
            compactedAndDefragmented: min(current, live.byteCount(otherPages: otherPages))
        )
    }
}
