/// What a plain scalar of YAML 1.1 is to Kubernetes' tools, which read it with go-yaml v2.
///
/// Source: yaml/go-yaml (v2) `resolve.go`.
enum YAMLScalar {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// Above `Int64.max`.
    case unsigned(UInt64)
    case float(Double)
    /// Looks like a date; a string to those who read it.
    case timestamp
    case string

    init(_ text: UnsafeRawBufferPointer) {
        guard let first = text.first else {
            self = .null
            return
        }
        switch first {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            self = Self.word(text) ?? (isTimestamp(text) ? .timestamp : Self.number(text))
        case UInt8(ascii: "."):
            self = Self.word(text) ?? Self.fraction(text)
        default:
            self = Self.word(text) ?? .string
        }
    }

    /// Whether the text would be read as something else than a string if it stood there without quotes.
    ///
    /// go-yaml forgets `<<`, which no reader takes for a name then.
    static func needsQuotes(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first else { return true }
        guard Self.isHint(first) else { return text.elementsEqual("<<".utf8) }
        if case .string = YAMLScalar(text) { return isBase60(text) }
        return true
    }

    /// Whether something else than a string can begin with that byte.
    private static func isHint(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"),
            UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"), UInt8(ascii: "O"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// The words that stand for something; nil for all other texts.
    private static func word(_ text: UnsafeRawBufferPointer) -> YAMLScalar? {
        guard text.count <= 5 else { return nil }
        return switch String(decoding: text, as: UTF8.self) {
        case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": .boolean(true)
        case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": .boolean(false)
        case "~", "null", "Null", "NULL": .null
        case ".nan", ".NaN", ".NAN": .float(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": .float(-.infinity)
        default: nil
        }
    }

    /// A number, underscores anywhere in it; otherwise a string.
    private static func number(_ text: UnsafeRawBufferPointer) -> YAMLScalar {
        guard text.allSatisfy(isNumberPart) else { return .string }
        let plain = text.filter { $0 != UInt8(ascii: "_") }
        if let integer = goInteger(plain) { return integer }
        if isDecimalFloat(plain), let float = finite(plain) { return .float(float) }
        return binary(plain) ?? .string
    }

    /// A number that begins with its decimal point; otherwise a string.
    private static func fraction(_ text: UnsafeRawBufferPointer) -> YAMLScalar {
        guard areUnderscoresBetweenDigits(text) else { return .string }
        let plain = text.filter { $0 != UInt8(ascii: "_") }
        guard isDecimalFloat(plain), let float = finite(plain) else { return .string }
        return .float(float)
    }
}

/// An integer as Go's `ParseInt` and `ParseUint` with base 0 read it: a prefix `0x`, `0o`, `0` or `0b` is
/// its base.
private func goInteger(_ text: [UInt8]) -> YAMLScalar? {
    var digits = text[...]
    let sign = digits.first
    let isSigned = sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
    if isSigned { digits.removeFirst() }
    var base: UInt64 = 10
    if digits.count > 1, digits.first == UInt8(ascii: "0") {
        switch digits[digits.startIndex + 1] | 0x20 {
        case UInt8(ascii: "x"): base = 16
        case UInt8(ascii: "o"): base = 8
        case UInt8(ascii: "b"): base = 2
        default: base = 0
        }
        digits.removeFirst(base == 0 ? 1 : 2)
        if base == 0 { base = 8 }
    }
    guard let magnitude = unsigned(digits, base: base) else { return nil }
    if magnitude <= UInt64(Int64.max) {
        let integer = Int64(magnitude)
        return .integer(sign == UInt8(ascii: "-") ? -integer : integer)
    }
    if sign == UInt8(ascii: "-"), magnitude == Int64.min.magnitude { return .integer(.min) }
    return isSigned ? nil : .unsigned(magnitude)
}

private func unsigned(_ digits: ArraySlice<UInt8>, base: UInt64) -> UInt64? {
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for letter in digits {
        guard let digit = Character(Unicode.Scalar(letter)).hexDigitValue, digit < base else { return nil }
        let (product, isOver) = value.multipliedReportingOverflow(by: base)
        let (sum, isOverToo) = product.addingReportingOverflow(UInt64(digit))
        guard !isOver, !isOverToo else { return nil }
        value = sum
    }
    return value
}

/// What go-yaml takes for a binary number beside Go's own: `0b-1` is -1.
private func binary(_ text: [UInt8]) -> YAMLScalar? {
    guard text.starts(with: "0b".utf8) else { return nil }
    let digits = text.dropFirst(2)
    guard let sign = digits.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
        let magnitude = unsigned(digits.dropFirst(), base: 2)
    else { return nil }
    if sign == UInt8(ascii: "-") {
        return magnitude <= Int64.min.magnitude ? .integer(Int64(truncatingIfNeeded: 0 &- magnitude)) : nil
    }
    return Int64(exactly: magnitude).map { .integer($0) }
}

/// Whether it is `[-+]? ( .[0-9]+ | [0-9]+ (.[0-9]*)? ) ( [eE] [-+]? [0-9]+ )?`.
private func isDecimalFloat(_ text: [UInt8]) -> Bool {
    var rest = text[...]
    rest.skipSign()
    let whole = rest.skipDigits()
    var fraction = 0
    if rest.skip(UInt8(ascii: ".")) { fraction = rest.skipDigits() }
    guard whole > 0 || fraction > 0 else { return false }
    if rest.skip(UInt8(ascii: "e")) || rest.skip(UInt8(ascii: "E")) {
        rest.skipSign()
        guard rest.skipDigits() > 0 else { return false }
    }
    return rest.isEmpty
}

/// Its value; nil when it is too large for a `Double`.
private func finite(_ text: [UInt8]) -> Double? {
    var text = String(decoding: text, as: UTF8.self)
    if text.hasPrefix(".") { text = "0" + text }
    guard let value = Double(text), value.isFinite else { return nil }
    return value
}

private func areUnderscoresBetweenDigits(_ text: UnsafeRawBufferPointer) -> Bool {
    text.indices.allSatisfy { index in
        text[index] != UInt8(ascii: "_")
            || index > 0 && isDigit(text[index - 1]) && index + 1 < text.count && isDigit(text[index + 1])
    }
}

/// Whether it is a number of base 60, which go-yaml does not read, but writes quoted.
///
///     [-+]? [0-9] [0-9_]* ( : [0-5]? [0-9] )+ ( . [0-9_]* )?
private func isBase60(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.contains(UInt8(ascii: ":")) else { return false }
    var rest = Array(text)[...]
    rest.skipSign()
    guard let first = rest.first, isDigit(first) else { return false }
    rest = rest.drop { isDigit($0) || $0 == UInt8(ascii: "_") }
    var count = 0
    while rest.skip(UInt8(ascii: ":")) {
        let tens = rest.first
        let digits = rest.skipDigits()
        guard digits == 1 || digits == 2 && (tens ?? 0) <= UInt8(ascii: "5") else { return false }
        count += 1
    }
    if rest.skip(UInt8(ascii: ".")) { rest = rest.drop { isDigit($0) || $0 == UInt8(ascii: "_") } }
    return count > 0 && rest.isEmpty
}

private func isNumberPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
        UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "x"), UInt8(ascii: "X"), UInt8(ascii: "o"),
        UInt8(ascii: "O"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"):
        true
    default: false
    }
}

private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

extension ArraySlice<UInt8> {
    @discardableResult
    fileprivate mutating func skip(_ letter: UInt8) -> Bool {
        guard self.first == letter else { return false }
        self.removeFirst()
        return true
    }

    fileprivate mutating func skipSign() {
        if !self.skip(UInt8(ascii: "-")) { self.skip(UInt8(ascii: "+")) }
    }

    fileprivate mutating func skipDigits() -> Int {
        let count = self.prefix { isDigit($0) }.count
        self.removeFirst(count)
        return count
    }
}
