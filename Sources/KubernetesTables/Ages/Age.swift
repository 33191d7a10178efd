internal import KubernetesCodec

/// How long ago a moment was, as kubectl shows it.
///
/// - Parameters:
///   - time: RFC 3339 text.
///   - now: Unix time in seconds.
/// - Returns: Such as `54m`, `5d3h`, `2y10d`; `<unknown>` without a moment.
func ageText(of time: Value?, at now: Int64) -> String {
    guard let text = time?.string, let time = Timestamp(rfc3339: text) else { return "<unknown>" }
    return durationText(from: time, to: Timestamp(seconds: now))
}

/// The time between two moments in two or three figures.
///
/// Up to two seconds below zero it is `0s`, so that clocks may differ a little; further below `<invalid>`.
///
/// Source: kubernetes/apimachinery `pkg/util/duration/duration.go`, HumanDuration.
func durationText(from start: Timestamp, to end: Timestamp) -> String {
    let (difference, overflow) = end.microseconds.subtractingReportingOverflow(start.microseconds)
    // As Go's Duration, which holds no more than 292 years.
    let limit: Int64 = 9_223_372_036_854_775
    let clamped = overflow ? (end < start ? -limit : limit) : min(max(difference, -limit), limit)
    return durationText(seconds: clamped / 1_000_000)
}

/// A duration in two or three figures; `seconds` are cut off towards zero.
public func durationText(seconds: Int64) -> String {
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    if seconds < 120 { return "\(seconds)s" }
    let minutes = seconds / 60
    if minutes < 10 { return twoUnits(minutes, "m", seconds % 60, "s") }
    if minutes < 180 { return "\(minutes)m" }
    let hours = minutes / 60
    if hours < 8 { return twoUnits(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    let days = hours / 24
    if days < 8 { return twoUnits(days, "d", hours % 24, "h") }
    if days < 730 { return "\(days)d" }
    if days < 2_920 { return twoUnits(days / 365, "y", days % 365, "d") }
    return "\(days / 365)y"
}

private func twoUnits(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
    small == 0 ? "\(large)\(unit)" : "\(large)\(unit)\(small)\(smallUnit)"
}
