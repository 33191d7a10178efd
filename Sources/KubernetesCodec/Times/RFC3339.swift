/// Writes a moment as RFC 3339 in UTC.
///
/// - Parameters:
///   - seconds: Since 1970.
///   - nanoseconds: Given, they show as six digits of microseconds; more than a second of them carries over.
/// - Returns: Nil outside of the years 0 to 9999.
public func rfc3339Text(seconds: Int64, nanoseconds: Int32? = nil) -> String? {
    let microseconds = nanoseconds.map { Int64($0) / 1_000 }
    let carried = ((microseconds ?? 0) - ((microseconds ?? 0) < 0 ? 999_999 : 0)) / 1_000_000
    let (seconds, isOver) = seconds.addingReportingOverflow(carried)
    guard !isOver else { return nil }
    guard (-62_167_219_200..<253_402_300_800).contains(seconds) else { return nil }
    let days = (seconds >= 0 ? seconds : seconds - 86_399) / 86_400
    let second = seconds - days * 86_400
    let date = CivilDate(daysSince1970: days)
    var text = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    text += "T\(padded(second / 3_600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
    if let microseconds { text += "." + padded(microseconds - carried * 1_000_000, 6) }
    return text + "Z"
}

/// Seconds since 1970 of an RFC 3339 text, and its nanoseconds.
///
/// - Returns: Nil when it is not one, and for seconds of 60.
public func rfc3339Time(_ text: String) -> (seconds: Int64, nanoseconds: Int32)? {
    let letters = Array(text.utf8)
    guard letters.count >= 20, letters[4] == UInt8(ascii: "-"), letters[7] == UInt8(ascii: "-"),
        letters[10] == UInt8(ascii: "T"), letters[13] == UInt8(ascii: ":"), letters[16] == UInt8(ascii: ":"),
        let year = number(letters[0..<4]), let month = number(letters[5..<7]),
        let day = number(letters[8..<10]),
        let hour = number(letters[11..<13]), let minute = number(letters[14..<16]),
        let second = number(letters[17..<19]),
        (1...12).contains(month), (1...CivilDate.dayCount(year, month)).contains(day), hour < 24, minute < 60,
        second < 60
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

/// A number with zeros in front.
func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
