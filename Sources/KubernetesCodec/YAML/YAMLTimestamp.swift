/// Whether a plain scalar is a date, with or without a time, as go-yaml v2 finds them.
///
///     YYYY-M-D
///     YYYY-M-D h:m:s[.fraction]
///     YYYY-M-D (T or t) h:m:s[.fraction] (Z or ±hh:mm)
///
/// Source: yaml/go-yaml (v2) `resolve.go`, `parseTimestamp`, and golang/go `src/time/format.go`, `Parse`.
func isTimestamp(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count >= 8, text[4] == UInt8(ascii: "-"), text[..<4].allSatisfy({ $0 &- 0x30 < 10 }) else {
        return false
    }
    var scanner = TimestampScanner(text: text)
    return scanner.isTimestamp()
}

private struct TimestampScanner {
    let text: UnsafeRawBufferPointer
    private var position = 0

    init(text: UnsafeRawBufferPointer) {
        self.text = text
    }

    mutating func isTimestamp() -> Bool {
        let year = (0..<4).reduce(0) { $0 * 10 + Int(self.text[$1] - 0x30) }
        self.position = 5
        guard let month = self.number(1...12), self.skip("-"), let day = self.number(1...31),
            day <= Self.dayCount(month: month, year: year)
        else { return false }
        if self.isAtEnd { return true }
        if self.skip("T") || self.skip("t") {
            return self.time() && self.zone() && self.isAtEnd
        }
        guard self.skip(" ") else { return false }
        while self.skip(" ") {}
        return self.time() && self.isAtEnd
    }

    private var isAtEnd: Bool { self.position == self.text.count }

    private mutating func time() -> Bool {
        guard self.number(0...23) != nil, self.skip(":"), self.number(0...59) != nil, self.skip(":"),
            self.number(0...59) != nil
        else { return false }
        if self.text.count - self.position >= 2, self.digit(at: self.position + 1) != nil,
            self.skip(".") || self.skip(",")
        {
            while self.digit(at: self.position) != nil { self.position += 1 }
        }
        return true
    }

    private mutating func zone() -> Bool {
        if self.skip("Z") { return true }
        guard self.skip("+") || self.skip("-"), self.number(0...24, isTwoDigits: true) != nil, self.skip(":")
        else { return false }
        return self.number(0...60, isTwoDigits: true) != nil
    }

    /// One or two digits.
    private mutating func number(_ range: ClosedRange<Int>, isTwoDigits: Bool = false) -> Int? {
        guard var value = self.digit(at: self.position) else { return nil }
        self.position += 1
        if let second = self.digit(at: self.position) {
            value = value * 10 + second
            self.position += 1
        } else if isTwoDigits {
            return nil
        }
        return range.contains(value) ? value : nil
    }

    private func digit(at position: Int) -> Int? {
        guard position < self.text.count else { return nil }
        let digit = self.text[position] &- UInt8(ascii: "0")
        return digit < 10 ? Int(digit) : nil
    }

    private mutating func skip(_ letter: Unicode.Scalar) -> Bool {
        guard self.position < self.text.count, self.text[self.position] == UInt8(ascii: letter) else {
            return false
        }
        self.position += 1
        return true
    }

    private static func dayCount(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
