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
    let tenths = Int(
        (scaled * 10).rounded(.down) + (scaled * 10 - (scaled * 10).rounded(.down) >= 0.5 ? 1 : 0)
    )
    if tenths < 100, unit > 0 || count < 10 { return "\(tenths / 10).\(tenths % 10) \(units[unit])" }
    return "\((tenths + 5) / 10) \(units[unit])"
}
