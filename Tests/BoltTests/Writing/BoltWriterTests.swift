import Files
import Foundation
import Testing

@testable import Bolt

struct BoltWriterTests {
    private typealias Pair = PlainBoltReader.Pair
    private let path = FileManager.default.temporaryDirectory.path + "/bolt-\(UUID().uuidString).db"

    /// Writes `buckets` and answers the file's bytes.
    private func write(_ buckets: [(name: [UInt8], pairs: [Pair])]) throws -> [UInt8] {
        defer { try? FileManager.default.removeItem(atPath: self.path) }
        let file = try OutputFile(creating: self.path)
        var writer = try BoltWriter(writingTo: file)
        for bucket in buckets {
            try writer.beginBucket(bucket.name.span.bytes)
            for pair in bucket.pairs {
                try writer.append(key: pair.key.span.bytes, value: pair.value.span.bytes)
            }
        }
        let size = try writer.finish()
        try file.close()
        let bytes = [UInt8](try #require(FileManager.default.contents(atPath: self.path)))
        #expect(bytes.count == size)
        #expect(writer.pairCount == buckets.reduce(0) { $0 + $1.pairs.count })
        return bytes
    }

    /// Checks that `bytes` hold `buckets`, that every page is reached once, that no branch is idle, and that
    /// nothing but zeros lies behind a page's content.
    private func expect(_ bytes: [UInt8], toHold buckets: [(name: [UInt8], pairs: [Pair])]) {
        var reader = PlainBoltReader(bytes)
        let found = reader.buckets()
        #expect(found.map(\.name) == buckets.map(\.name))
        #expect(found.map(\.pairs) == buckets.map(\.pairs))
        #expect(reader.reached.values.reduce(2, +) * 4096 == bytes.count)
        #expect(reader.branchCounts.allSatisfy { $0 >= 2 })
        for (page, end) in reader.contentEnds.merging([0: 16 + 64, 1: 4096 + 16 + 64], uniquingKeysWith: +) {
            let pages = reader.reached[page] ?? 1
            #expect(bytes[end..<(page + pages) * 4096].allSatisfy { $0 == 0 }, "page \(page)")
        }
        for page in 0..<2 {
            #expect(reader.metaWord(page: page, 4) == .max, "no freelist")
            #expect(reader.metaWord(page: page, 5) == UInt64(bytes.count / 4096), "high water")
            #expect(reader.metaWord(page: page, 6) == UInt64(page), "transaction")
        }
    }

    private func pairs(_ count: Int, keySize: Int = 17, valueSize: (Int) -> Int) -> [Pair] {
        (0..<count).map { index in
            var key = [UInt8](repeating: 0x61, count: keySize)
            withUnsafeBytes(of: UInt64(index).bigEndian) { number in
                let tail = number.suffix(min(keySize, 8))
                key.replaceSubrange(0..<tail.count, with: tail)
            }
            return Pair(key: key, value: .init(repeating: UInt8(index & 0xFF), count: valueSize(index)))
        }
    }

    @Test(arguments: [2, 8, 15, 16])
    func writesBranchesOverShortKeys(keySize: Int) throws {
        let bucket = (name: Array("lease".utf8), pairs: pairs(10_000, keySize: keySize) { _ in 20 })
        expect(try write([bucket]), toHold: [bucket])
    }

    @Test func writesAFileWithoutBuckets() throws {
        let bytes = try write([])
        #expect(bytes.count == 3 * 4096)
        expect(bytes, toHold: [])
    }

    @Test func keepsAnEmptyBucket() throws {
        let buckets = [(name: Array("alarm".utf8), pairs: [Pair]()), (name: Array("auth".utf8), pairs: [])]
        expect(try write(buckets), toHold: buckets)
    }

    @Test(arguments: [0, 1, 957, 958, 959, 960, 1100] + Array(4000...4200))
    func holdsOneValueOfAnySize(size: Int) throws {
        let buckets = [(name: Array("key".utf8), pairs: pairs(1) { _ in size })]
        expect(try write(buckets), toHold: buckets)
    }

    @Test(arguments: [0, 1, 2000, 4030, 4040, 4050, 4060, 16_384, 100_000, 1_500_000])
    func holdsSmallValuesAroundALargeOne(size: Int) throws {
        let buckets = [(name: Array("key".utf8), pairs: pairs(9) { $0 == 4 ? size : 10 * $0 })]
        expect(try write(buckets), toHold: buckets)
    }

    /// 123 leaves fill a branch; one more leaf may not end up alone in a second branch.
    @Test(arguments: [1, 2, 3, 122, 123, 124, 125, 246, 247, 15_129, 15_130, 15_131])
    func growsBranchesWithoutOnlyChildren(leaves: Int) throws {
        let buckets = [(name: Array("key".utf8), pairs: pairs(leaves) { _ in 4000 })]
        expect(try write(buckets), toHold: buckets)
    }

    @Test(arguments: [2, 100_000])
    func holdsManyPairs(count: Int) throws {
        let buckets = [
            (name: Array("key".utf8), pairs: pairs(count) { $0 % 300 }),
            (name: Array("lease".utf8), pairs: pairs(3) { _ in 5 }),
        ]
        expect(try write(buckets), toHold: buckets)
    }

    @Test func holdsKeysLargerThanAPage() throws {
        let buckets = [(name: Array("key".utf8), pairs: pairs(20, keySize: 32_768) { _ in 100 })]
        expect(try write(buckets), toHold: buckets)
    }

    @Test func writesTheSameBytesForTheSamePairs() throws {
        let buckets = [(name: Array("key".utf8), pairs: pairs(5000) { $0 % 777 })]
        #expect(try write(buckets) == write(buckets))
    }

    @Test func refusesWhatBboltCannotHold() throws {
        let key: [UInt8] = [5]
        for (pair, error) in [
            (Pair(key: [], value: []), BoltWriterError.keySize(0)),
            (Pair(key: .init(repeating: 6, count: 32_769), value: []), .keySize(32_769)),
            (Pair(key: [5], value: []), .keysOutOfOrder),
            (Pair(key: [4, 9], value: []), .keysOutOfOrder),
        ] {
            let buckets = [(name: key, pairs: [Pair(key: key, value: []), pair])]
            #expect(throws: error) { try write(buckets) }
        }
        #expect(throws: BoltWriterError.keysOutOfOrder) { try write([([2], []), ([1], [])]) }
        #expect(throws: BoltWriterError.keySize(0)) { try write([([], [])]) }
    }

    @Test func refusesAValueOfTwoGiBWithoutReadingIt() throws {
        let size = (1 << 31) - 1
        let address = try #require(mmap(nil, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { munmap(address, size) }
        let value = UnsafeRawBufferPointer(start: address, count: size)
        defer { try? FileManager.default.removeItem(atPath: self.path) }
        var writer = try BoltWriter(writingTo: OutputFile(creating: self.path))
        let key: [UInt8] = [1]
        try writer.beginBucket(key.span.bytes)
        #expect(throws: BoltWriterError.valueSize(size)) {
            try writer.append(key: key.span.bytes, value: value.bytes)
        }
    }
}
