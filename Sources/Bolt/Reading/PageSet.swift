/// A set of page numbers below a bound, one bit each.
struct PageSet {
    private var words: [UInt64]

    /// An empty set for pages 0 to `count` - 1.
    init(count: Int) {
        self.words = Array(repeating: 0, count: (count + 63) / 64)
    }

    /// Adds `page`, which lies below the bound; says whether it is new.
    mutating func insert(_ page: PageID) -> Bool {
        let (word, bit) = Self.position(page)
        guard self.words[word] & bit == 0 else { return false }
        self.words[word] |= bit
        return true
    }

    func contains(_ page: PageID) -> Bool {
        let (word, bit) = Self.position(page)
        return self.words[word] & bit != 0
    }

    /// Whether a page from `first` to `last`, below the bound, is in the set; 64 are looked at in one step.
    func contains(anyFrom first: PageID, to last: PageID) -> Bool {
        let (firstWord, firstBit) = Self.position(first)
        let (lastWord, lastBit) = Self.position(last)
        for word in firstWord...lastWord {
            var bits = self.words[word]
            if word == firstWord { bits &= ~(firstBit - 1) }
            if word == lastWord { bits &= lastBit | (lastBit - 1) }
            if bits != 0 { return true }
        }
        return false
    }

    /// Adds all pages of `other`, whose bound is not higher; says which was here already, the lowest of several.
    mutating func formUnion(_ other: PageSet) -> PageID? {
        var common: PageID?
        for index in other.words.indices {
            let both = self.words[index] & other.words[index]
            if both != 0, common == nil {
                common = PageID(UInt64(index) * 64 + UInt64(both.trailingZeroBitCount))
            }
            self.words[index] |= other.words[index]
        }
        return common
    }

    private static func position(_ page: PageID) -> (word: Int, bit: UInt64) {
        (Int(page.rawValue / 64), 1 << (page.rawValue % 64))
    }
}
