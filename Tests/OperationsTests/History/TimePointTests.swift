import Operations
import Testing

struct TimePointTests {
    @Test(arguments: [
        ("2026-11-22T13:20:00Z", TimePoint.time(1_795_353_600_000)), ("1970-01-01T00:00:00.25Z", .time(250)),
        ("1970-01-01T01:00:00+01:00", .time(0)), ("-5m", .before(300_000)), ("5m", .before(300_000)),
        ("-1h30m", .before(5_400_000)), ("-1.5s", .before(1_500)), ("-0s", .before(0)),
        ("1d", .before(86_400_000)), ("-2d", .before(172_800_000)), ("1d12h", .before(129_600_000)),
        ("0d", .before(0)), ("7d30m", .before(606_600_000)),
    ])
    func readsATimeOrHowLongBefore(text: String, point: TimePoint) {
        #expect(TimePoint(text) == point)
    }

    @Test(arguments: [
        "", "-", "5", "--5m", "-+5m", "+5m", "now", "2026-11-22", "2026-11-22T13:20:00", "-5 m", "9999999h",
        "d", "-d", "1.5d", "1d-5m", "1d2", "1d2d", "12h1d", "9999999999999999999d", "999999999999999d",
    ])
    func refusesWhatIsNeither(text: String) {
        #expect(TimePoint(text) == nil)
    }

    @Test func countsBackFromAMoment() {
        #expect(TimePoint.before(300_000).milliseconds(from: 1_000_000) == 700_000)
        #expect(TimePoint.time(5).milliseconds(from: 1_000_000) == 5)
    }
}
