/// What is wrong with a bbolt file, and on which page.
///
/// Carries page numbers, sizes and flags only: never a key or a value, which may be a Secret.
public struct BoltError: Error, Hashable, Sendable {
    /// One way in which a file or a page can be wrong.
    public enum Reason: Hashable, Sendable {
        // The file as a whole.
        case empty
        case notBolt
        case foreignByteOrder
        case unsupportedVersion(UInt32)
        case badPageSize(UInt32)
        case metaChecksum
        /// The meta page counts more pages than the file has; both in bytes.
        case fileTooShort(needed: UInt64, found: UInt64)
        /// Bytes after the last whole page; no writer leaves any.
        case strayBytes(count: Int)

        // One page.
        case truncated(needed: Int, found: Int)
        case unknownPageKind(flags: UInt16)
        case misplacedPage(claims: PageID)
        case pageOutOfRange(highWater: PageID)
        case overflowOutOfRange(overflow: UInt32)
        case unexpectedKind(PageHeader.Kind)
        case elementsOutOfPage(count: Int)
        /// The elements end before the page, bucket or overflow that holds them does.
        case contentTooShort
        case emptyBranch
        case emptyLeaf
        case metaHeader(count: UInt16, overflow: UInt32)

        // One element of a page.
        case elementOutOfPage(index: Int)
        /// Its key does not begin where the element before it ends (the first: where the element table ends).
        case elementMisplaced(index: Int)
        case keysOutOfOrder(index: Int)
        /// The key lies outside the range that the branch above promises.
        case keyOutsideBranch(index: Int)
        case unknownElementFlags(index: Int, flags: UInt32)
        case bucketValueTooShort(index: Int)
        case tooManyBuckets(limit: Int)

        // Between pages.
        case referencedTwice
        case tooDeep(limit: Int)
        case unevenDepth
        case unreachable
        case freeAndReachable
        case freeTwice
        case freelistOutOfOrder
    }

    public var reason: Reason
    public var page: PageID

    public init(_ reason: Reason, page: PageID) {
        self.reason = reason
        self.page = page
    }
}

extension BoltError: CustomStringConvertible {
    public var description: String {
        switch self.reason {
        case .empty, .notBolt, .foreignByteOrder, .fileTooShort, .strayBytes, .unsupportedVersion:
            self.explanation
        default:
            "page \(self.page): \(self.explanation)"
        }
    }

    /// What is wrong, without the page.
    public var explanation: String {
        switch self.reason {
        case .empty: "the file is empty"
        case .notBolt: "not a bbolt file: neither meta page begins with its magic number"
        case .foreignByteOrder: "written on a big-endian machine, which this program does not read"
        case .unsupportedVersion(let version): "bbolt format version \(version); this program reads version 2"
        case .badPageSize(let size): "page size \(size) is not a power of two from 512 to 65536"
        case .metaChecksum: "the meta page's checksum does not match its content"
        case .fileTooShort(let needed, let found):
            "cut short: the meta page counts \(needed) bytes, the file has \(found)"
        case .strayBytes(let count):
            "cut short: \(count) bytes after the last whole page are neither a page nor a digest"
        case .truncated(let needed, let found): "needs \(needed) bytes, only \(found) are there"
        case .unknownPageKind(let flags): "flags 0x\(String(flags, radix: 16)) are not exactly one page kind"
        case .misplacedPage(let claimed): "its header says it is page \(claimed)"
        case .pageOutOfRange(let highWater): "named by another page, but the last page is before \(highWater)"
        case .overflowOutOfRange(let overflow): "spans \(overflow) more pages, past the end of the database"
        case .unexpectedKind(let kind): "a \(kind) page, where a page of another kind must be"
        case .elementsOutOfPage(let count): "\(count) elements do not fit into the page"
        case .contentTooShort: "its elements end before the space that is set aside for them"
        case .emptyBranch: "a branch page without elements"
        case .emptyLeaf: "a leaf page below a branch without elements"
        case .metaHeader(let count, let overflow):
            "a meta page with \(count) elements and \(overflow) more pages, where both are 0"
        case .elementOutOfPage(let index): "element \(index) reaches past the end of the page"
        case .elementMisplaced(let index): "element \(index) does not begin where the one before it ends"
        case .keysOutOfOrder(let index): "the key of element \(index) is not above the one before it"
        case .keyOutsideBranch(let index): "the key of element \(index) lies outside its branch's range"
        case .unknownElementFlags(let index, let flags):
            "element \(index) has flags 0x\(String(flags, radix: 16)), which mean nothing here"
        case .bucketValueTooShort(let index): "the bucket of element \(index) is shorter than its header"
        case .tooManyBuckets(let limit): "more than \(limit) buckets at the top, where etcd has ten"
        case .referencedTwice: "reached twice"
        case .tooDeep(let limit): "the tree is deeper than \(limit) pages"
        case .unevenDepth: "a leaf at another depth than the leaves before it"
        case .unreachable: "neither reachable nor free"
        case .freeAndReachable: "both reachable and listed as free"
        case .freeTwice: "listed as free twice"
        case .freelistOutOfOrder: "the freelist is not in ascending order"
        }
    }
}
