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

/// Nanoseconds of a duration as Go writes it: a sign, then decimal numbers each with a unit.
///
/// - Returns: Nil when it is not one, or too long for 64 bits.
///
/// Source: golang/go `src/time/format.go`, `ParseDuration`.
public func goDuration(_ text: String) -> Int64? {
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
