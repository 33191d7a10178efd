import Foundation

@testable import Bolt
@testable import Files

/// A bbolt file put together page by page, so that tests can make what no program would write.
struct HandMadeFile {
    let pageSize: Int
    private(set) var pages: [UInt64: [UInt8]] = [:]
    var root: UInt64 = 2
    var highWater: UInt64

    init(pageSize: Int, highWater: UInt64) {
        self.pageSize = pageSize
        self.highWater = highWater
    }

    /// A leaf of plain pairs, or of buckets, with as many overflow pages as it needs.
    mutating func addLeaf(_ id: UInt64, _ pairs: [(key: String, value: [UInt8])], areBuckets: Bool = false) {
        self.pages[id] = self.leaf(id, pairs, areBuckets: areBuckets)
    }

    /// Has a page say that it has so many overflow pages.
    mutating func setOverflow(_ overflow: UInt32, of id: UInt64) {
        withUnsafeBytes(of: overflow.littleEndian) { self.pages[id]?.replaceSubrange(12..<16, with: $0) }
    }

    mutating func addBranch(_ id: UInt64, _ children: [(key: String, child: UInt64)]) {
        var table: [UInt8] = []
        var keys: [UInt8] = []
        for (index, (key, child)) in children.enumerated() {
            let position = (children.count - index) * BranchElement.byteCount + keys.count
            BranchElement(position: UInt32(position), keySize: UInt32(key.utf8.count), child: PageID(child))
                .write(to: &table)
            keys += key.utf8
        }
        self.pages[id] = self.page(id, .branch, count: children.count, table + keys)
    }

    /// The value of a bucket whose tree begins at `root`.
    static func bucket(root: UInt64) -> [UInt8] {
        var value: [UInt8] = []
        BucketHeader(root: PageID(root), sequence: 0).write(to: &value)
        return value
    }

    /// The value of a bucket that holds its pairs itself.
    func inlineBucket(_ pairs: [(key: String, value: [UInt8])]) -> [UInt8] {
        Self.bucket(root: 0) + self.leaf(0, pairs, areBuckets: false, padded: false)
    }

    private func leaf(
        _ id: UInt64,
        _ pairs: [(key: String, value: [UInt8])],
        areBuckets: Bool,
        padded: Bool = true
    ) -> [UInt8] {
        var table: [UInt8] = []
        var content: [UInt8] = []
        for (index, (key, value)) in pairs.enumerated() {
            let position = (pairs.count - index) * LeafElement.byteCount + content.count
            LeafElement(
                flags: areBuckets ? LeafElement.bucketFlag : 0,
                position: UInt32(position),
                keySize: UInt32(key.utf8.count),
                valueSize: UInt32(value.count)
            ).write(to: &table)
            content += Array(key.utf8) + value
        }
        return self.page(id, .leaf, count: pairs.count, table + content, padded: padded)
    }

    private func page(
        _ id: UInt64,
        _ kind: PageHeader.Kind,
        count: Int,
        _ content: [UInt8],
        padded: Bool = true
    ) -> [UInt8] {
        let length = PageHeader.byteCount + content.count
        let overflow = padded ? (length - 1) / self.pageSize : 0
        var bytes: [UInt8] = []
        PageHeader(id: PageID(id), kind: kind, count: UInt16(count), overflow: UInt32(overflow)).write(
            to: &bytes
        )
        bytes += content
        if padded { bytes += Array(repeating: 0, count: (overflow + 1) * self.pageSize - length) }
        return bytes
    }

    /// Writes the file with its two meta pages, and opens it.
    ///
    /// Pages that overlap are written in order of their numbers, later over earlier.
    func open(damagingFirstMeta: Bool = false) throws -> BoltFile {
        var bytes = [UInt8](repeating: 0, count: Int(self.highWater) * self.pageSize)
        for (id, page) in self.pages.sorted(by: { $0.key < $1.key }) {
            bytes.replaceSubrange(Int(id) * self.pageSize..<Int(id) * self.pageSize + page.count, with: page)
        }
        for id in [UInt64(0), 1] {
            var meta: [UInt8] = []
            PageHeader(id: PageID(id), kind: .meta, count: 0, overflow: 0).write(to: &meta)
            Meta(
                pageSize: UInt32(self.pageSize),
                root: PageID(self.root),
                sequence: 0,
                freelist: .none,
                highWater: PageID(self.highWater),
                transactionID: id
            ).write(to: &meta)
            bytes.replaceSubrange(Int(id) * self.pageSize..<Int(id) * self.pageSize + meta.count, with: meta)
        }
        if damagingFirstMeta { bytes[20] ^= 0xFF }
        let path = FileManager.default.temporaryDirectory.appending(path: "bolt-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try BoltFile(MappedFile(path: path), byteCount: bytes.count)
    }
}
