import Testing

@testable import EtcdClient

struct KeyRangeTests {
    @Test func endsAPrefixAtTheNextOne() {
        #expect(RequestRange.prefix([1, 2]) == .between([1, 2], and: [1, 3]))
        #expect(RequestRange.prefix([1, 0xFF]) == .between([1, 0xFF], and: [2]))
    }

    @Test func readsToTheEndWhenNoPrefixFollows() {
        #expect(RequestRange.prefix([0xFF, 0xFF]) == .from([0xFF, 0xFF]))
        #expect(RequestRange.prefix([]) == .all)
        #expect(RequestRange.all == RequestRange(key: [0], end: [0]))
    }
}
