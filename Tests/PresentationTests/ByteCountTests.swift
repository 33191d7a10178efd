import Presentation
import Testing

struct ByteCountTests {
    /// What Go's fmt and humanize.Bytes give: tenths rounded up at half, whole numbers to even.
    @Test(
        arguments: [
            (0, "0 B"), (9, "9 B"), (10, "10 B"), (999, "999 B"), (1000, "1.0 kB"), (9949, "9.9 kB"),
            (9950, "10 kB"), (10_450, "10 kB"), (10_500, "10 kB"), (11_500, "12 kB"), (12_500, "12 kB"),
            (12_560, "13 kB"), (6_021_120, "6.0 MB"), (1_519_726_592, "1.5 GB"),
        ] as [(UInt64, String)]
    )
    func readsAsEtcdutlPrintsIt(count: UInt64, text: String) {
        #expect(humanByteCount(count) == text)
    }

    @Test func makesControlsVisible() {
        #expect(terminalText("a\u{1B}[31mb") == "a\\u{1b}[31mb")
        #expect(terminalText("é漢\u{202E}") == "é漢\\u{202e}")
        #expect(terminalText([0x61, 0xFF, 0x0A]) == "a\\xff\\x0a")
    }
}
