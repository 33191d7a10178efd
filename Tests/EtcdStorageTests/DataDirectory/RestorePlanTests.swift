import Testing

@testable import EtcdStorage

struct RestorePlanTests {
    @Test func theTwoFlagsOfABumpGoTogether() throws {
        #expect(try RevisionBump.from(bumpRevision: 0, markCompacted: false) == nil)
        #expect(try RevisionBump.from(bumpRevision: 5, markCompacted: true)?.amount == 5)
        #expect(throws: RestorePlanError.bumpWithoutMark) {
            try RevisionBump.from(bumpRevision: 5, markCompacted: false)
        }
        #expect(throws: RestorePlanError.markWithoutBump) {
            try RevisionBump.from(bumpRevision: 0, markCompacted: true)
        }
        #expect(throws: RestorePlanError.bumpTooLarge) {
            try RevisionBump.from(bumpRevision: 1 << 63, markCompacted: true)
        }
    }

    @Test func aBumpMayNotOverflow() throws {
        let bump = try #require(try RevisionBump.from(bumpRevision: .max >> 1, markCompacted: true))
        #expect(throws: RestorePlanError.bumpTooLarge) { try bump.revision(after: 1) }
        #expect(try bump.revision(after: 0) == .max)
    }

    @Test func newPairsComeInKeyOrder() {
        let bucket = SmallBucket.overlaid(with: [[2]: [], [1, 0]: []])
        #expect(bucket.newPairs.map(\.key) == [[1, 0], [2]])
    }
}
