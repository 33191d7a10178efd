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

    @Test func findsNothingInTooFewBytes() {
        let bytes: [UInt8] = [0x61]
        let longer = TextSearch("ab").matches(in: bytes.span.bytes)
        let empty = TextSearch("").matches(in: bytes.span.bytes)
        #expect(!longer)
        #expect(empty)
    }
}
