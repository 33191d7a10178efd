import Testing

@testable import KubernetesRegistry

struct TextSearchTests {
    @Test func findsATextWhereverItStands() {
        for text in ["a", "ab", "aab", "abcab", "aaaa"] {
            let search = TextSearch(text)
            for number in 0..<(1 << 12) {
                let bytes = (0..<6).map { UInt8(ascii: "a") + UInt8(number >> ($0 * 2) & 3) }
                let isThere = String(decoding: bytes, as: UTF8.self).contains(text)
                let isFound = search.matches(in: bytes.span.bytes)
                #expect(isFound == isThere)
            }
        }
    }

    @Test func looksForTheBeginningOfALongText() {
        let enough = [UInt8](repeating: 0x61, count: 64) + [0x62]
        let less = [UInt8](repeating: 0x61, count: 63) + [0x62]
        let search = TextSearch(String(repeating: "a", count: 100_000))
        let isFound = search.matches(in: enough.span.bytes)
        let isFoundInLess = search.matches(in: less.span.bytes)
        #expect(isFound)
        #expect(!isFoundInLess)
    }

    @Test func findsNothingInTooFewBytes() {
        let bytes: [UInt8] = [0x61]
        let longer = TextSearch("ab").matches(in: bytes.span.bytes)
        let empty = TextSearch("").matches(in: bytes.span.bytes)
        #expect(!longer)
        #expect(empty)
    }
}
