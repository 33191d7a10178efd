import Testing

@testable import Bolt
@testable import Files

struct TreeTests {
    /// A root leaf with two buckets: a tree of one branch, two leaves and an overflow page, and an inline one.
    private func sound(pageSize: Int) -> HandMadeFile {
        var file = HandMadeFile(pageSize: pageSize, highWater: 8)
        let inline = file.inlineBucket([("i", [9])])
        file.addLeaf(2, [("inline", inline), ("tree", HandMadeFile.bucket(root: 3))], areBuckets: true)
        file.addBranch(3, [("a", 4), ("c", 5)])
        file.addLeaf(4, [("a", [1]), ("b", [2])])
        file.addLeaf(5, [("c", Array(repeating: 3, count: pageSize)), ("d", [])])
        return file
    }

    private func keys(of bucket: Bucket, in file: BoltFile) throws -> [String] {
        let leaves = try file.leaves(of: bucket)
        return try file.file.withBytes { bytes in
            var keys: [String] = []
            for index in 0..<leaves.count {
                var pairs = try leaves.leaf(at: index, of: file, in: bytes).pairs
                while let pair = try pairs.next(in: bytes) {
                    keys.append(
                        bytes.extracting(pair.key).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
                    )
                }
            }
            return keys
        }
    }

    @Test(arguments: [512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536])
    func readsFilesOfEveryPageSize(pageSize: Int) throws {
        let file = try sound(pageSize: pageSize).open()
        let buckets = try file.buckets()
        #expect(buckets.map { String(decoding: $0.name, as: UTF8.self) } == ["inline", "tree"])
        #expect(try keys(of: buckets[0], in: file) == ["i"])
        #expect(try keys(of: buckets[1], in: file) == ["a", "b", "c", "d"])
        #expect(StructureCheck(of: file).findings == [])
    }

    @Test(arguments: [512, 4096, 65_536])
    func findsTheSecondMetaPageWhenTheFirstIsDamaged(pageSize: Int) throws {
        let file = try sound(pageSize: pageSize).open(damagingFirstMeta: true)
        #expect(try file.buckets().count == 2)
        #expect(StructureCheck(of: file).findings.map(\.page) == [PageID(0)])
    }

    @Test func refusesABranchThatNamesItself() throws {
        var file = sound(pageSize: 4096)
        file.addBranch(3, [("a", 4), ("c", 3)])
        let opened = try file.open()
        let bucket = try #require(try opened.bucket(named: "tree"))
        // Its leaves are taken to lie where the first one does; reading the branch as one says what it is.
        #expect(throws: BoltError.self) { try keys(of: bucket, in: opened) }
        #expect(StructureCheck(of: opened).findings.contains { $0.reason == .referencedTwice })
    }

    @Test func refusesBranchesThatNameEachOther() throws {
        var file = sound(pageSize: 4096)
        file.addBranch(3, [("a", 6)])
        file.addBranch(6, [("a", 3)])
        let opened = try file.open()
        let bucket = try #require(try opened.bucket(named: "tree"))
        #expect(throws: BoltError.self) { try opened.leaves(of: bucket) }
        #expect(StructureCheck(of: opened).findings.map(\.reason) == [.referencedTwice])
    }

    @Test func refusesTreesDeeperThanAnyRealOne() throws {
        var file = HandMadeFile(pageSize: 512, highWater: 60)
        file.addLeaf(2, [("deep", HandMadeFile.bucket(root: 3))], areBuckets: true)
        for id in UInt64(3)..<50 { file.addBranch(id, [("a", id + 1)]) }
        file.addLeaf(50, [("a", [])])
        let opened = try file.open()
        let bucket = try #require(try opened.bucket(named: "deep"))
        #expect(throws: BoltError(.tooDeep(limit: 32), page: PageID(3))) { try opened.leaves(of: bucket) }
        #expect(!StructureCheck(of: opened).findings.isEmpty)
    }

    @Test func refusesAPageBeyondTheLast() throws {
        var file = sound(pageSize: 4096)
        file.addBranch(3, [("a", 4), ("c", 99)])
        let opened = try file.open()
        let bucket = try #require(try opened.bucket(named: "tree"))
        #expect(throws: BoltError(.pageOutOfRange(highWater: PageID(8)), page: PageID(99))) {
            try opened.leaves(of: bucket)
        }
    }

    @Test func findsKeysOutOfOrderWithinAndAcrossPages() throws {
        var within = sound(pageSize: 4096)
        within.addLeaf(4, [("b", [1]), ("a", [2])])
        #expect(StructureCheck(of: try within.open()).findings.map(\.page) == [PageID(4)])
        var across = sound(pageSize: 4096)
        across.addLeaf(4, [("a", [1]), ("cc", [2])])
        #expect(StructureCheck(of: try across.open()).findings.map(\.page) == [PageID(4)])
    }

    @Test(arguments: [0, 1, 8, 1 << 40] as [UInt64])
    func refusesARootOutsideOfTheFile(root: UInt64) throws {
        var file = sound(pageSize: 4096)
        file.root = root
        #expect(throws: BoltError(.pageOutOfRange(highWater: PageID(8)), page: PageID(root))) {
            try file.open()
        }
    }

    @Test func refusesAPageThatReachesIntoTheNext() throws {
        var file = sound(pageSize: 4096)
        file.addLeaf(4, [("a", Array(repeating: 7, count: 4096)), ("b", [2])])
        let opened = try file.open()
        let bucket = try #require(try opened.bucket(named: "tree"))
        #expect(throws: BoltError(.referencedTwice, page: PageID(5))) { try keys(of: bucket, in: opened) }
        #expect(StructureCheck(of: opened).findings.contains(BoltError(.referencedTwice, page: PageID(5))))
    }
}
