import Presentation
import Testing

/// The line that shows how far a long piece of work has come.
struct ProgressBarTests {
    @Test(arguments: [
        (UInt64(0), "[>                   ]   0 %   0 B of 1.5 GB"),
        (
            UInt64(711_000_000),
            "[=========>          ]  47 %   711 MB of 1.5 GB   178 MB/s   5 s left"
        ),
        (UInt64(1_500_000_000), "[====================] 100 %   1.5 GB of 1.5 GB   375 MB/s   0 s left"),
    ])
    func showsShareRateAndTimeLeft(done: UInt64, line: String) {
        #expect(ProgressBar(done: done, total: 1_500_000_000, seconds: 4).line == line)
    }

    @Test(arguments: [
        (UInt64(1_000_000), "1 min 39 s left"), (UInt64(10_000), "2 h 46 min left"),
    ])
    func countsMinutesAndHours(done: UInt64, words: String) {
        #expect(ProgressBar(done: done, total: 100_000_000, seconds: 1).line.hasSuffix(words))
    }

    @Test func survivesSizesThatMakeNoSense() {
        #expect(ProgressBar(done: 5, total: 0, seconds: 0).line.contains("100 %"))
        #expect(ProgressBar(done: .max, total: .max, seconds: 1e-9).line.contains("100 %"))
        #expect(ProgressBar(done: 1, total: .max, seconds: 1e9).line.contains("left"))
    }
}
