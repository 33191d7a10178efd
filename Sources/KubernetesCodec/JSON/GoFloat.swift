/// The text of a `Double` in JSON as Go writes it: the fewest digits that read back equal, with an exponent
/// below 1e-6 and from 1e21.
///
/// What JSON cannot hold has Go's names: `NaN`, `+Inf` and `-Inf`.
///
/// Source: golang/go `src/encoding/json/encode.go`, `floatEncoder`.
public func goFloatText(_ value: Double) -> String {
    guard let number = GoFloat(value) else { return GoFloat.name(ofSpecial: value) }
    let isSmall = value != 0 && value.magnitude < 1e-6
    return isSmall || value.magnitude >= 1e21 ? number.exponential(exponentWidth: 1) : number.positional
}

/// The fewest decimal digits that read back as a floating-point number, written in Go's ways.
///
///     value = 0.d1d2d3… × 10^point
///
/// Source: golang/go `src/strconv/ftoa.go`.
struct GoFloat {
    private let isNegative: Bool
    /// Digits without zeros at the end; `0` for zero.
    private var digits: [UInt8] = []
    /// How many digits stand before the decimal point.
    private var point = 0

    /// Nil for infinities and what is not a number.
    init?<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ value: Number) {
        guard value.isFinite else { return nil }
        self.isNegative = value.sign == .minus
        var exponent = 0
        var isAfterPoint = false
        let parts = value.magnitude.description.utf8.split(separator: UInt8(ascii: "e"))
        for byte in parts.first ?? "0"[...].utf8 {
            if byte == UInt8(ascii: ".") {
                isAfterPoint = true
            } else {
                self.digits.append(byte)
                if !isAfterPoint { self.point += 1 }
            }
        }
        if parts.count > 1 { exponent = Int(String(decoding: parts[1], as: UTF8.self)) ?? 0 }
        self.point += exponent
        self.trim()
    }

    private mutating func trim() {
        let zero = UInt8(ascii: "0")
        let leading = self.digits.prefix { $0 == zero }.count
        self.digits.removeFirst(leading)
        self.point -= leading
        while self.digits.last == zero { self.digits.removeLast() }
        if self.digits.isEmpty { (self.digits, self.point) = ([zero], 1) }
    }

    /// Go's names of the infinities and of what is not a number.
    static func name(ofSpecial value: Double) -> String {
        value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf"
    }

    /// `d.ddde±x`, the exponent with `exponentWidth` digits or more.
    func exponential(exponentWidth: Int) -> String {
        let exponent = String((self.point - 1).magnitude)
        let zeros = String(repeating: "0", count: max(0, exponentWidth - exponent.count))
        let mantissa = self.digits.count == 1 ? self.text(self.digits) : self.text(self.digits[..<1]) + "."
        let fraction = self.digits.count == 1 ? "" : self.text(self.digits[1...])
        return self.sign + mantissa + fraction + "e" + (self.point < 1 ? "-" : "+") + zeros + exponent
    }

    /// `ddd.ddd`.
    var positional: String {
        if self.point <= 0 {
            return self.sign + "0." + String(repeating: "0", count: -self.point) + self.text(self.digits)
        }
        if self.point >= self.digits.count {
            let zeros = String(repeating: "0", count: self.point - self.digits.count)
            return self.sign + self.text(self.digits) + zeros
        }
        return self.sign + self.text(self.digits[..<self.point]) + "." + self.text(self.digits[self.point...])
    }

    /// As `FormatFloat(…, 'g', -1, …)`: with an exponent below 1e-4 and from 1e6.
    var general: String {
        self.point < -3 || self.point > 6 ? self.exponential(exponentWidth: 2) : self.positional
    }

    private var sign: String { self.isNegative ? "-" : "" }

    private func text(_ digits: some Sequence<UInt8>) -> String {
        String(decoding: Array(digits), as: UTF8.self)
    }
}

extension Value {
    /// The text of a scalar as Go's `fmt` prints it, which gives floating-point numbers from 1e6 an exponent;
    /// nil for null, arrays and objects.
    public var goText: String? {
        guard self.kind == .number, self.integer == nil, let double = self.double else {
            return self.scalarText
        }
        return goGeneralText(double)
    }
}

/// The text of a `Double` as Go prints it outside of JSON (`%v`): with an exponent below 1e-4 and from 1e6.
///
/// Source: golang/go `src/fmt/print.go`, `fmtFloat`.
public func goGeneralText(_ value: Double) -> String {
    GoFloat(value)?.general ?? GoFloat.name(ofSpecial: value)
}
