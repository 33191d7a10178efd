/// The ways to write a string, each with its own line breaks.
///
/// Source: yaml/go-yaml (v2) `emitterc.go`, `yaml_emitter_write_*_scalar`.
extension YAMLWriter {
    /// A line is broken at the first space behind this column.
    private static let width = 80

    /// Writes a string that is plain at first sight: one word without an indicator that nobody takes for
    /// something else; otherwise does nothing.
    mutating func inert(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first, canBegin(first), text.allSatisfy(canGoOn),
            !YAMLScalar.needsQuotes(text)
        else { return false }
        self.bytes.append(contentsOf: text)
        return true
    }

    /// Writes a string in the simplest way that its characters allow.
    mutating func string(
        _ text: UnsafeRawBufferPointer,
        _ shape: YAMLShape,
        at indent: Int,
        isShortName: Bool
    ) {
        if shape.hasLineFeed {
            if shape.allowsBlock { self.block(text, at: indent) } else { self.doubleQuoted(text, at: indent) }
        } else if YAMLScalar.needsQuotes(text) || !shape.allowsPlain && !shape.allowsSingleQuotes {
            self.doubleQuoted(text, at: isShortName ? nil : indent)
        } else if shape.allowsPlain {
            self.plain(text, at: isShortName ? nil : indent)
        } else {
            self.singleQuoted(text, at: isShortName ? nil : indent)
        }
    }

    /// The column of the next character.
    private var column: Int {
        self.bytes[self.lineStart...].count { $0 & 0xC0 != 0x80 }
    }

    /// Whether the text reaches no column where lines are broken.
    private func fits(_ text: UnsafeRawBufferPointer) -> Bool {
        self.bytes.count - self.lineStart + text.count <= Self.width
    }

    /// Writes a plain string; `indent` is the column of further lines, nil when there may be none.
    private mutating func plain(_ text: UnsafeRawBufferPointer, at indent: Int?) {
        guard let indent, !self.fits(text) else {
            self.bytes.append(contentsOf: text)
            return
        }
        var column = self.column
        var isAfterSpace = false
        for (position, byte) in text.enumerated() {
            let isSpace = byte == 0x20
            // No plain string ends with a space.
            if isSpace, !isAfterSpace, column > Self.width, text[position + 1] != 0x20 {
                self.breakLine()
                self.indent(indent)
                column = indent
            } else {
                self.bytes.append(byte)
                if byte & 0xC0 != 0x80 { column += 1 }
            }
            isAfterSpace = isSpace
        }
    }

    private mutating func singleQuoted(_ text: UnsafeRawBufferPointer, at indent: Int?) {
        self.bytes.append(UInt8(ascii: "'"))
        var column = self.column
        var isAfterSpace = false
        var isAfterBreak = false
        var position = 0
        while position < text.count {
            let byte = text[position]
            let length = characterLength(byte)
            let isSpace = byte == 0x20
            let isBreak = isLineBreak(at: position, of: text)
            if let indent, isSpace, !isAfterSpace, column > Self.width, position > 0,
                position < text.count - 1, text[position + 1] != 0x20
            {
                self.breakLine()
                self.indent(indent)
                column = indent
            } else {
                if isAfterBreak, !isBreak, let indent {
                    self.indent(indent)
                    column = indent
                }
                if byte == UInt8(ascii: "'") { self.bytes.append(byte) }
                self.append(text, position..<position + length)
                column = isBreak ? 0 : column + (byte == UInt8(ascii: "'") ? 2 : 1)
            }
            (isAfterSpace, isAfterBreak) = (isSpace, isBreak)
            position += length
        }
        self.bytes.append(UInt8(ascii: "'"))
    }

    private mutating func doubleQuoted(_ text: UnsafeRawBufferPointer, at indent: Int?) {
        self.bytes.append(UInt8(ascii: "\""))
        var column = self.column
        // go-yaml takes every character for a byte order mark when the first is one.
        let beginsWithMark = text.starts(with: [0xEF, 0xBB, 0xBF])
        var isAfterSpace = false
        var position = 0
        while position < text.count {
            let byte = text[position]
            let length = characterLength(byte)
            let isSpace = byte == 0x20 && !beginsWithMark
            if beginsWithMark || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
                || isLineBreak(at: position, of: text) || !isPrintable(at: position, of: text)
            {
                let start = self.bytes.count
                self.escape(text, position..<position + length)
                column += self.bytes.count - start
            } else if let indent, isSpace, !isAfterSpace, column > Self.width, position > 0,
                position < text.count - 1
            {
                self.breakLine()
                self.indent(indent)
                column = indent
                if text[position + 1] == 0x20 {
                    self.bytes.append(UInt8(ascii: "\\"))
                    column += 1
                }
            } else {
                self.append(text, position..<position + length)
                column += 1
            }
            isAfterSpace = isSpace
            position += length
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
        for position in range { self.bytes.append(text[position]) }
    }

    /// Writes the escape of the character in that range.
    private mutating func escape(_ text: UnsafeRawBufferPointer, _ range: Range<Int>) {
        let character = String(decoding: text[range], as: UTF8.self)
        let value = character.unicodeScalars.first?.value ?? 0xFFFD
        self.bytes.append(UInt8(ascii: "\\"))
        if let letter = escapeLetter(value) {
            self.bytes.append(letter)
            return
        }
        let (prefix, width) = value <= 0xFF ? ("x", 2) : value <= 0xFFFF ? ("u", 4) : ("U", 8)
        self.bytes.append(contentsOf: prefix.utf8)
        let digits = String(value, radix: 16, uppercase: true)
        for _ in digits.utf8.count..<width { self.bytes.append(UInt8(ascii: "0")) }
        self.bytes.append(contentsOf: digits.utf8)
    }

    /// Writes text as it is, line by line, behind `|` and what says how it begins and ends.
    private mutating func block(_ text: UnsafeRawBufferPointer, at indent: Int) {
        self.bytes.append(UInt8(ascii: "|"))
        if text[0] == 0x20 || isLineBreak(at: 0, of: text) { self.bytes.append(UInt8(ascii: "2")) }
        let last = breakLength(before: text.count, of: text)
        if last == 0 {
            self.bytes.append(UInt8(ascii: "-"))
        } else if text.count == last || breakLength(before: text.count - last, of: text) > 0 {
            self.bytes.append(UInt8(ascii: "+"))
        }
        self.breakLine()
        var run = 0
        var isAfterBreak = true
        var position = 0
        while position < text.count {
            let length = characterLength(text[position])
            let isBreak = isLineBreak(at: position, of: text)
            if isAfterBreak, !isBreak { self.indent(indent) }
            position += length
            if isBreak {
                self.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[run..<position]))
                self.lineStart = self.bytes.count
                run = position
            }
            isAfterBreak = isBreak
        }
        self.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[run...]))
    }
}

/// Bytes of the line break that ends before `end`; 0 when none does.
private func breakLength(before end: Int, of text: UnsafeRawBufferPointer) -> Int {
    for length in 1...3 where end >= length && text[end - length] & 0xC0 != 0x80 {
        return isLineBreak(at: end - length, of: text) ? length : 0
    }
    return 0
}

private func escapeLetter(_ value: UInt32) -> UInt8? {
    switch value {
    case 0x00: UInt8(ascii: "0")
    case 0x07: UInt8(ascii: "a")
    case 0x08: UInt8(ascii: "b")
    case 0x09: UInt8(ascii: "t")
    case 0x0A: UInt8(ascii: "n")
    case 0x0B: UInt8(ascii: "v")
    case 0x0C: UInt8(ascii: "f")
    case 0x0D: UInt8(ascii: "r")
    case 0x1B: UInt8(ascii: "e")
    case 0x22: UInt8(ascii: "\"")
    case 0x5C: UInt8(ascii: "\\")
    case 0x85: UInt8(ascii: "N")
    case 0xA0: UInt8(ascii: "_")
    case 0x2028: UInt8(ascii: "L")
    case 0x2029: UInt8(ascii: "P")
    default: nil
    }
}

/// Whether the byte is itself wherever it stands behind the first in a string without spaces.
private func canGoOn(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ":"), UInt8(ascii: "#"): false
    case 0x21...0x7E: true
    default: false
    }
}

/// Whether it is one of them that a string may also begin with.
private func canBegin(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: "."): false
    default: canGoOn(byte) && !YAMLShape.isIndicator(byte)
    }
}
