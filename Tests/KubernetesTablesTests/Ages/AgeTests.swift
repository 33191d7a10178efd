import Testing

@testable import KubernetesTables

struct AgeTests {
    /// The durations of HumanDuration's own test, with some at the borders.
    @Test(arguments: [
        (-2, "<invalid>"), (-1, "0s"), (0, "0s"), (1, "1s"), (119, "119s"), (120, "2m"), (121, "2m1s"),
        (599, "9m59s"), (600, "10m"), (10_799, "179m"), (10_800, "3h"), (10_860, "3h1m"),
        (28_799, "7h59m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"), (176_400, "2d1h"),
        (691_199, "7d23h"), (691_200, "8d"), (63_071_999, "729d"), (63_072_000, "2y"),
        (63_158_400, "2y1d"), (252_287_999, "7y364d"), (252_288_000, "8y"), (9_460_800_000, "300y"),
    ])
    func showsDurationsInTwoUnits(seconds: Int64, text: String) {
        #expect(durationText(seconds: seconds) == text)
    }

    @Test func holdsNoMoreThanGosDurations() {
        let start = Timestamp(seconds: -62_135_596_800)
        #expect(durationText(from: start, to: Timestamp(seconds: 1_795_356_000)) == "292y")
        #expect(durationText(from: Timestamp(seconds: .max), to: start) == "<invalid>")
    }

    @Test(arguments: [
        ("1970-01-01T00:01:30.000001Z", "9s"), ("1970-01-01T00:01:41.999999Z", "0s"),
        ("1970-01-01T00:01:42Z", "<invalid>"),
    ])
    func cutsFractionsOffTowardsZero(start: String, text: String) throws {
        let start = try #require(Timestamp(rfc3339: start))
        #expect(durationText(from: start, to: Timestamp(seconds: 100)) == text)
    }
}

struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2000-02-29T12:00:00Z", 951_825_600), ("1969-12-31T23:59:59Z", -1),
        ("2026-11-22T14:00:00Z", 1_795_356_000), ("2026-11-22T15:30:00+01:30", 1_795_356_000),
        ("2026-11-22T06:00:00-08:00", 1_795_356_000), ("0001-01-01T00:00:00Z", -62_135_596_800),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ])
    func readsMoments(text: String, seconds: Int64) {
        #expect(Timestamp(rfc3339: text) == Timestamp(seconds: seconds))
    }

    @Test func readsFractionsToTheMicrosecond() {
        #expect(Timestamp(rfc3339: "1970-01-01T00:00:01.000001Z")?.microseconds == 1_000_001)
        #expect(Timestamp(rfc3339: "1970-01-01T00:00:01.5Z")?.microseconds == 1_500_000)
        #expect(Timestamp(rfc3339: "1970-01-01T00:00:01.123456789Z")?.microseconds == 1_123_456)
    }

    @Test(arguments: [
        "", "2026", "2026-11-22", "2026-11-22T14:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T14:00:00.Z", "2026-11-22T14:00:00Z ", "2026-11-22 14:00:00Z",
        "2026-11-22T14:00:00+1:00", "٢026-11-22T14:00:00Z",
    ])
    func refusesOtherText(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }
}
