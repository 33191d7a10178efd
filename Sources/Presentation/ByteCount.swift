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
