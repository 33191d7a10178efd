import Testing

@testable import Presentation

/// Lines that are cut to a terminal's width.
struct FittedLinesTests {
    @Test(arguments: [
        ("abcdef\n", 6, "abcdef\n"), ("abcdefg\n", 6, "abcde…\n"), ("abc   \n", 3, "abc\n"), ("ab", 1, "…"),
        ("a\nabcd\n\nab", 3, "a\nab…\n\nab"), ("größer", 6, "größer"), ("größer", 5, "größ…"), ("", 4, ""),
        // Ideographs and emoji take two columns; there is no half of one.
        ("名前空間", 8, "名前空間"), ("名前空間", 7, "名前空…"), ("名前空間", 6, "名前…"), ("名前", 2, "…"),
        ("a名前", 4, "a名…"), ("🚀x", 3, "🚀x"), ("🚀xy", 3, "🚀…"), ("ｱｲｳ", 3, "ｱｲｳ"), ("한글", 3, "한…"),
        // A mark on a letter takes none.
        ("e\u{301}e\u{301}", 2, "e\u{301}e\u{301}"), ("e\u{301}e\u{301}x", 2, "e\u{301}…"),
        ("\u{1B}[32mabc\u{1B}[0m", 3, "\u{1B}[32mabc\u{1B}[0m"),
        ("\u{1B}[32mabcd\u{1B}[0m", 3, "\u{1B}[32mab…\u{1B}[0m"),
        ("ab\u{1B}[32mcd\u{1B}[0m", 3, "ab…\u{1B}[0m"),
    ])
    func areCutWhereTheTerminalEnds(text: String, width: Int, shown: String) {
        #expect(fitted(text, to: width) == shown)
    }

    @Test func stayAsTheyAreWhenNoWidthIsGiven() {
        #expect(fitted("a long line   \n", to: nil) == "a long line   \n")
    }

    /// Some of each block of `EastAsianWidth.txt`, and their neighbours.
    @Test(arguments: [
        (0x10FF, 1), (0x1100, 2), (0x1160, 1), (0x2705, 2), (0x2713, 1), (0x26A1, 2), (0x2026, 1),
        (0x2502, 1),
        (0x2E80, 2), (0x3000, 2), (0x303F, 1), (0x3042, 2), (0x4E00, 2), (0xA4CF, 2), (0xA4D0, 1),
        (0xAC00, 2),
        (0xD7A3, 2), (0xF900, 2), (0xFE0F, 0), (0xFF21, 2), (0xFF71, 1), (0xFFE5, 2), (0x1F600, 2),
        (0x1F680, 2), (0x1F900, 1), (0x20000, 2), (0x3FFFD, 2), (0x300, 0), (0x20DD, 0), (0x41, 1), (0xE9, 1),
    ])
    func countColumnsAsTerminalsDo(value: Int, columns: Int) throws {
        let scalar = try #require(Unicode.Scalar(UInt32(value)))
        #expect(terminalColumns(of: scalar) == columns)
    }
}
