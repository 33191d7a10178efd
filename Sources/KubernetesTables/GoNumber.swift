/// A number as Go prints it (`%v`): the shortest digits that read back equal, with an exponent below
/// 1e-04 and from 1e+21.
///
/// Source: golang/go `src/fmt/format.go`, `fmtFloat`, verb `v`.
func goText(of number: Double) -> String {
    guard number.isFinite else { return number.isNaN ? "NaN" : number < 0 ? "-Inf" : "+Inf" }
    let sign = number.sign == .minus ? "-" : ""
    guard number != 0 else { return sign + "0" }
    let (digits, exponent) = shortestDigits(of: number.magnitude)
    if exponent < -4 || exponent >= 21 {
        let fraction = digits.count > 1 ? "." + digits.dropFirst() : ""
        let padding = abs(exponent) < 10 ? "0" : ""
        return "\(sign)\(digits.prefix(1))\(fraction)e\(exponent < 0 ? "-" : "+")\(padding)\(abs(exponent))"
    }
    if exponent < 0 {
        return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
    }
    if digits.count <= exponent + 1 {
        return sign + digits + String(repeating: "0", count: exponent + 1 - digits.count)
    }
    return sign + digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
}

/// The shortest digits of a positive number, and the power of ten of the first.
private func shortestDigits(of number: Double) -> (digits: String, exponent: Int) {
    let parts = number.description.split(separator: "e", maxSplits: 1)
    let mantissa = parts.first ?? "0"
    let scale = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let halves = mantissa.split(separator: ".", maxSplits: 1)
    let whole = halves.first ?? "0"
    let all = mantissa.filter { $0 != "." }
    let leading = all.prefix { $0 == "0" }.count
    var digits = all.dropFirst(leading)
    while digits.count > 1, digits.last == "0" { digits.removeLast() }
    return (String(digits), whole.count - 1 - leading + scale)
}
