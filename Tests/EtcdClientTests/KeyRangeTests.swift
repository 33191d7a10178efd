import EtcdStorage
import Testing

@testable import EtcdClient

struct KeyRangeTests {
    @Test(
        arguments: [
            (KeyRange.key([1, 2]), [1, 2], []),
            (.prefix([1, 2]), [1, 2], [1, 3]),
            (.prefix([1, 0xFF]), [1, 0xFF], [2]),
            (.prefix([0xFF, 0xFF]), [0xFF, 0xFF], [0]),
            (.from([1]), [1], [0]),
            (.prefix([]), [0], [0]),
            (.all, [0], [0]),
        ] as [(KeyRange, [UInt8], [UInt8])]
    )
    func isWrittenAsEtcdsRequestsWriteIt(range: KeyRange, key: [UInt8], end: [UInt8]) {
        #expect(range.requestKey == key)
        #expect(range.requestEnd == end)
    }
}
