/// Writes a moment as RFC 3339 in UTC.
///
/// - Parameters:
///   - seconds: Since 1970.
///   - nanoseconds: Given, they show as six digits of microseconds.
/// - Returns: Nothing outside of the years 0 to 9999.
func rfc3339Text(seconds: Int64, nanoseconds: Int32? = nil) -> String? {
    guard (-62_167_219_200..<253_402_300_800).contains(seconds) else { return nil }
    let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
    let second = seconds - days * 86_400
    let date = CivilDate(daysSince1970: days)
    var text = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    text += "T\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    if let nanoseconds { text += "." + padded(Int64(max(0, nanoseconds)) / 1_000, 6) }
    return text + "Z"
}

/// Seconds since 1970 of an RFC 3339 text, and its nanoseconds.
///
/// - Returns: Nothing when it is none, and for seconds of 60.
public func rfc3339Time(_ text: String) -> (seconds: Int64, nanoseconds: Int32)? {
    let letters = Array(text.utf8)
    guard letters.count >= 20, letters[4] == UInt8(ascii: "-"), letters[7] == UInt8(ascii: "-"),
        letters[10] == UInt8(ascii: "T"), letters[13] == UInt8(ascii: ":"), letters[16] == UInt8(ascii: ":"),
        let year = number(letters[0..<4]), let month = number(letters[5..<7]),
        let day = number(letters[8..<10]),
        let hour = number(letters[11..<13]), let minute = number(letters[14..<16]),
        let second = number(letters[17..<19]),
        (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
    else { return nil }
    var rest = letters[19...]
    var nanoseconds: Int64 = 0
    if rest.first == UInt8(ascii: ".") {
        let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty, let value = number(digits.prefix(9)) else { return nil }
        nanoseconds = (0..<max(0, 9 - digits.count)).reduce(value) { value, _ in value * 10 }
        rest = rest[digits.endIndex...]
    }
    guard let offset = zoneOffset(rest) else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSince1970
    let seconds = days * 86_400 + hour * 3_600 + minute * 60 + second - offset
    return (seconds, Int32(nanoseconds))
}

/// Seconds east of UTC of `Z` or `+hh:mm`.
private func zoneOffset(_ zone: ArraySlice<UInt8>) -> Int64? {
    let zone = Array(zone)
    if zone == [UInt8(ascii: "Z")] { return 0 }
    guard zone.count == 6, zone[3] == UInt8(ascii: ":"), let hours = number(zone[1..<3]),
        let minutes = number(zone[4..<6])
    else { return nil }
    switch zone[0] {
    case UInt8(ascii: "+"): return hours * 3_600 + minutes * 60
    case UInt8(ascii: "-"): return -(hours * 3_600 + minutes * 60)
    default: return nil
    }
}

private func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var value: Int64 = 0
    for digit in digits {
        guard (0x30...0x39).contains(digit) else { return nil }
        value = value * 10 + Int64(digit - 0x30)
    }
    return value
}

/// Nanoseconds as Go's `time.Duration` prints them: `1m30s`, `1.5µs`, `24h0m0s`.
///
/// Source: golang/go `src/time/time.go`.
func goDurationText(_ nanoseconds: Int64) -> String {
    guard nanoseconds != 0 else { return "0s" }
    let sign = nanoseconds < 0 ? "-" : ""
    let total = nanoseconds.magnitude
    switch total {
    case 0..<1_000: return "\(sign)\(total)ns"
    case 0..<1_000_000: return sign + decimal(total, per: 1_000, digits: 3) + "µs"
    case 0..<1_000_000_000: return sign + decimal(total, per: 1_000_000, digits: 6) + "ms"
    default: break
    }
    let minutes = total / 60_000_000_000
    var text = sign
    if minutes >= 60 { text += "\(minutes / 60)h" }
    if minutes > 0 { text += "\(minutes % 60)m" }
    return text + decimal(total % 60_000_000_000, per: 1_000_000_000, digits: 9) + "s"
}

/// `value / unit` with as many decimals as it needs.
private func decimal(_ value: UInt64, per unit: UInt64, digits: Int) -> String {
    var fraction = padded(Int64(value % unit), digits)
    while fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? "\(value / unit)" : "\(value / unit).\(fraction)"
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

/// A day of the Gregorian calendar.
///
/// Counts in eras of 400 years, whose years begin in March.
private struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        self.month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let year = self.month <= 2 ? self.year - 1 : self.year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (self.month > 2 ? self.month - 3 : self.month + 9) + 2) / 5 + self.day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

/// Nanoseconds of a duration as Go writes it: a sign, then decimal numbers each with a unit.
///
/// - Returns: Nothing when it is none, or too long for 64 bits.
///
/// Source: golang/go `src/time/format.go`, `ParseDuration`.
func goDuration(_ text: String) -> Int64? {
    var rest = Substring(text)
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest.removeFirst() }
    if rest == "0" { return 0 }
    guard !rest.isEmpty else { return nil }
    var total: Int64 = 0
    while !rest.isEmpty {
        let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
        rest = rest[digits.endIndex...]
        let unit = rest.prefix { !($0.isASCII && $0.isNumber || $0 == ".") }
        rest = rest[unit.endIndex...]
        guard let length = unitLengths[String(unit)], let part = nanoseconds(digits, unit: length) else {
            return nil
        }
        let (sum, isOver) = total.addingReportingOverflow(part)
        guard !isOver else { return nil }
        total = sum
    }
    return isNegative ? -total : total
}

private let unitLengths: [String: Int64] = [
    "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000, "s": 1_000_000_000,
    "m": 60_000_000_000, "h": 3_600_000_000_000,
]

private func nanoseconds(_ digits: Substring, unit: Int64) -> Int64? {
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard !digits.isEmpty, digits != ".", let whole = parts[0].isEmpty ? 0 : Int64(parts[0]) else {
        return nil
    }
    let (product, isOver) = whole.multipliedReportingOverflow(by: unit)
    guard !isOver else { return nil }
    guard parts.count == 2, !parts[1].isEmpty else { return product }
    guard let fraction = Double("0." + parts[1]) else { return nil }
    let (sum, isOverToo) = product.addingReportingOverflow(Int64((fraction * Double(unit)).rounded()))
    return isOverToo ? nil : sum
}
