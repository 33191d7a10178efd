/// Byte counts as people read them: decimal units, one digit after the point below ten.
///
/// The same text as etcdutl prints, which uses dustin/go-humanize `Bytes`.
public func humanByteCount(_ count: UInt64) -> String {
    guard count >= 10 else { return "\(count) B" }
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
    var scaled = Double(count)
    var unit = 0
    while scaled >= 1000, unit < units.count - 1 {
        scaled /= 1000
        unit += 1
    }
    // Rounded to tenths, halves up; then as Go's %.0f, halves to even.
    let tenths = (scaled * 10 + 0.5).rounded(.down) / 10
    guard tenths < 10 else { return "\(Int(tenths.rounded(.toNearestOrEven))) \(units[unit])" }
    let digits = Int((tenths * 10).rounded())
    return "\(digits / 10).\(digits % 10) \(units[unit])"
}

/// Bytes a second.
func humanRate(_ rate: Double) -> String {
    humanByteCount(UInt64(max(0, min(rate, 1e18)))) + "/s"
}

/// Whole seconds, minutes or hours: `4 s`, `3 min 20 s`, `2 h 5 min`.
func humanSeconds(_ seconds: Double) -> String {
    let whole = Int(max(0, min(seconds, 1e9)).rounded(.up))
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(whole % 60) s"
    default: return "\(whole / 3600) h \(whole / 60 % 60) min"
    }
}

/// A number of 0 or more with so many digits after its point: `0.42`.
func decimal(_ number: Double, places: Int) -> String {
    let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
    let scaled = max(0, min(number * Double(scale), 1e18)).rounded(.toNearestOrEven)
    let digits = scaled.isNaN ? 0 : Int(scaled)
    let fraction = String(digits % scale)
    return "\(digits / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
}

/// A number with its noun: `1 namespace`, `2 namespaces`.
func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}

/// `2 entries of the member's write-ahead log are later`, for a sentence that goes on with `than`.
func laterEntries(_ count: some BinaryInteger) -> String {
    "\(count == 1 ? "1 entry" : "\(count) entries") of the member's write-ahead log \(count == 1 ? "is" : "are") later"
}
