/// A moment as Kubernetes writes it in JSON: RFC 3339, with a fraction in MicroTime.
struct Timestamp: Hashable, Comparable, Sendable {
    /// Since 1970, in microseconds; finer digits are cut off.
    var microseconds: Int64

    static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        self.microseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Reads `2006-01-02T15:04:05[.999999999](Z|±07:00)`; nothing for other text.
    init?(rfc3339 text: String) {
        var digits = Digits(text)
        guard let year = digits.number(4), digits.skip("-"),
            let month = digits.number(2), (1...12).contains(month), digits.skip("-"),
            let day = digits.number(2), (1...Self.dayCount(year, month)).contains(day),
            digits.skip("T"),
            let hour = digits.number(2), hour < 24, digits.skip(":"),
            let minute = digits.number(2), minute < 60, digits.skip(":"),
            let second = digits.number(2), second < 60,
            let fraction = digits.fraction(),
            let offset = digits.offset(),
            digits.isAtEnd
        else { return nil }
        let days = Self.daysSince1970(year, month, day)
        let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
        self.microseconds = seconds * 1_000_000 + fraction
    }

    private static func dayCount(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days between 1 January 1970 and a day of the Gregorian calendar; the year is 0 to 9999.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years begin in March here, so that a leap day is a year's last.
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let leapDays = (year + 400) / 4 - (year + 400) / 100 + (year + 400) / 400
        return (year + 400) * 365 + leapDays + dayOfYear - 865_565
    }
}

/// Reads a timestamp's parts one after the other.
private struct Digits {
    private var rest: Substring.UTF8View

    init(_ text: String) { self.rest = text[...].utf8 }

    var isAtEnd: Bool { self.rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let first = self.rest.first, UInt32(first) == character.value else { return false }
        self.rest.removeFirst()
        return true
    }

    mutating func number(_ count: Int) -> Int64? {
        guard self.rest.count >= count else { return nil }
        var number: Int64 = 0
        for _ in 0..<count {
            guard let digit = self.digit() else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// The microseconds behind a point; 0 when there is no point, nothing when no digit follows it.
    mutating func fraction() -> Int64? {
        guard self.skip(".") else { return 0 }
        var microseconds: Int64 = 0
        var unit: Int64 = 100_000
        guard let first = self.digit() else { return nil }
        microseconds += first * unit
        while let digit = self.digit() {
            unit /= 10
            microseconds += digit * unit
        }
        return microseconds
    }

    /// The offset from UTC in seconds.
    mutating func offset() -> Int64? {
        if self.skip("Z") { return 0 }
        let sign: Int64 = self.skip("-") ? -1 : 1
        guard sign == -1 || self.skip("+"),
            let hours = self.number(2), hours < 24, self.skip(":"),
            let minutes = self.number(2), minutes < 60
        else { return nil }
        return sign * (hours * 3_600 + minutes * 60)
    }

    private mutating func digit() -> Int64? {
        guard let first = self.rest.first, (0x30...0x39).contains(first) else { return nil }
        self.rest.removeFirst()
        return Int64(first) - 0x30
    }
}
