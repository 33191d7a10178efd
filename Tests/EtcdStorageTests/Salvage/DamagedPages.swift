import Bolt
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Bolt
@testable import EtcdStorage

/// One change of a sound snapshot, as the truth of what a salvage may give.
struct PlainRecord: Hashable {
    var revision: RevisionKey
    var message: [UInt8]

    /// The key that it changes; empty for a revision bump's.
    var key: [UInt8] {
        let whole = 0..<self.message.count
        return KeyValue(reading: self.message.span.bytes, in: whole).map { Array(self.message[$0.key]) } ?? []
    }
}

/// What a sound snapshot holds in bucket `key`, by the pages on which it lies.
struct PagedRecords {
    /// The records of each leaf, and the pages that it takes.
    private(set) var leaves: [(pages: Range<Int>, records: [PlainRecord])] = []
    let compactRevision: Int64
    let pageSize: Int
    let pageCount: Int
    /// The same of all leaves in the file, those that the tree had before among them.
    private var allLeaves: [(pages: Range<Int>, records: [PlainRecord])] = []

    init(of database: EtcdDatabase) throws {
        self.compactRevision = try StoreFacts(reading: database).compactRevision
        self.pageSize = database.bolt.pageSize
        self.pageCount = database.bolt.databaseByteCount / self.pageSize
        let list = try database.bolt.leaves(of: try #require(try database.bucket(.key)))
        try database.bolt.file.withBytes { bytes in
            for index in 0..<list.count {
                let leaf = try list.leaf(at: index, of: database.bolt, in: bytes)
                self.leaves.append(try self.paged(leaf, bytes))
            }
        }
        let file = database.bolt.file
        var scan = DamagedBoltFile(file, byteCount: database.bolt.databaseByteCount)
        scan?.forEachLeafBesideTrees { leaf, bytes in
            guard let paged = try? self.paged(leaf, bytes) else { return false }
            self.allLeaves.append(paged)
            return true
        }
    }

    private func paged(
        _ leaf: LeafPage,
        _ bytes: RawSpan
    ) throws -> (pages: Range<Int>, records: [PlainRecord]) {
        var records: [PlainRecord] = []
        var pairs = leaf.pairs
        while let pair = try pairs.next(in: bytes) {
            guard let revision = RevisionKey(reading: bytes, in: pair.key) else { continue }
            records.append(PlainRecord(revision: revision, message: bytes.copy(pair.value)))
        }
        let first = (leaf.elements - PageHeader.byteCount) / self.pageSize
        return (first..<(leaf.end + self.pageSize - 1) / self.pageSize, records)
    }

    var records: [PlainRecord] { self.leaves.flatMap(\.records) }

    /// The records on leaves of which no page is among `pages`.
    func untouched(by pages: Set<Int>) -> [PlainRecord] {
        self.leaves.filter { leaf in !leaf.pages.contains(where: pages.contains) }.flatMap(\.records)
    }
}

extension PagedRecords {
    /// The records of which a value may have been changed unseen: those of leaves of several pages, one of which is
    /// among `pages`, since only the first page says what is on it.
    ///
    /// A leaf that the tree had before may be such a one, and its records are taken for the tree's where the tree is lost.
    func unprovable(with pages: Set<Int>) -> Set<RevisionKey> {
        let touched = self.allLeaves.filter { $0.pages.count > 1 && $0.pages.contains(where: pages.contains) }
        return Set(touched.flatMap(\.records).map(\.revision))
    }
}

/// How a page is damaged.
enum PageDamage: CaseIterable {
    case zeroed
    case overwritten

    func bytes(count: Int, _ random: inout SeededGenerator) -> [UInt8] {
        switch self {
        case .zeroed: Array(repeating: 0, count: count)
        case .overwritten: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
    }
}

/// Writes a file, salvages it and checks that what is written of it is sound.
func salvage(_ bytes: [UInt8], in directory: FilePath) throws -> (report: SalvageReport, EtcdDatabase)? {
    let source = directory.appending("damaged.db").string
    try? FileManager.default.removeItem(atPath: source)
    try Data(bytes).write(to: URL(filePath: source))
    guard let salvaged = SalvagedDatabase(of: try MappedFile(path: source)) else { return nil }
    let path = directory.appending("salvaged.db").string
    try? FileManager.default.removeItem(atPath: path)
    let file = try OutputFile(creating: path)
    _ = try salvaged.image.writeSnapshot(to: file)
    try file.close()
    return (salvaged.report, try EtcdDatabase(path: path))
}
