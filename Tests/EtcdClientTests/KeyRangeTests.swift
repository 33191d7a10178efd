import Testing

@testable import EtcdClient

struct KeyRangeTests {
    @Test func endsAPrefixAtTheNextOne() {
        #expect(KeyRange.prefix([1, 2]) == .between([1, 2], and: [1, 3]))
        #expect(KeyRange.prefix([1, 0xFF]) == .between([1, 0xFF], and: [2]))
    }

    @Test func readsToTheEndWhenNoPrefixFollows() {
        #expect(KeyRange.prefix([0xFF, 0xFF]) == .from([0xFF, 0xFF]))
        #expect(KeyRange.prefix([]) == .all)
        #expect(KeyRange.all == KeyRange(key: [0], end: [0]))
    }
}
