import Testing

@testable import Bolt
@testable import Files

/// Files in which each page says that it reaches to the file's end: read one by one they are as much work as the square
/// of their number.
struct DamagedBoltFileTests {
    private static let pageCount: UInt64 = 200

    /// Leaves of one pair each, below a branch, all of them with overflow pages up to the end.
    private func overlapping() throws -> BoltFile {
        var file = HandMadeFile(pageSize: 4096, highWater: Self.pageCount)
        file.addBranch(2, (4..<Self.pageCount).map { ("\($0 + 1000)", $0) })
        for page in 4..<Self.pageCount {
            file.addLeaf(page, [("\(page + 1000)", [])])
            file.setOverflow(UInt32(Self.pageCount - 1 - page), of: page)
        }
        return try file.open()
    }

    @Test func ofPagesThatOverlapBesideTreesOnlySomeAreLookedAt() throws {
        let bolt = try self.overlapping()
        var file = try #require(DamagedBoltFile(bolt.file, byteCount: bolt.byteCount))
        var pages = 0
        var leaves = 0
        file.forEachLeafBesideTrees { leaf, _ in
            pages += (leaf.end - leaf.elements) / 4096 + 1
            leaves += 1
            return false
        }
        #expect(leaves > 0)
        #expect(pages <= 10 * Int(Self.pageCount))
    }

    @Test func ofPagesThatOverlapBelowABranchOnlySomeAreLookedAt() throws {
        let bolt = try self.overlapping()
        var file = try #require(DamagedBoltFile(bolt.file, byteCount: bolt.byteCount))
        let tree = file.tree(root: PageID(2))
        // The last one has no overflow page.
        #expect(tree.leaves.count == 1)
        #expect(tree.gaps.count == Int(Self.pageCount) - 5)
        let refused = tree.gaps.filter { gap in
            if case .overflowOutOfRange = gap.error.reason { true } else { false }
        }
        #expect(refused.count > Int(Self.pageCount) / 2)
    }

    /// Pages of their own are no less read for it.
    @Test func pagesThatDoNotOverlapAreAllLookedAt() throws {
        var made = HandMadeFile(pageSize: 4096, highWater: 302)
        let value = [UInt8](repeating: 7, count: 2 * 4096)
        for page in stride(from: UInt64(2), to: 302, by: 3) { made.addLeaf(page, [("k", value)]) }
        let bolt = try made.open()
        var file = try #require(DamagedBoltFile(bolt.file, byteCount: bolt.byteCount))
        var leaves = 0
        file.forEachLeafBesideTrees { leaf, bytes in
            leaves += 1
            return leaf.isSound(in: bytes)
        }
        #expect(leaves == 100)
    }
}
