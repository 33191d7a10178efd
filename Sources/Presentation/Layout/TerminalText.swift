/// Makes stored text harmless on a terminal.
///
/// What could move the cursor, recolour, reorder or hide becomes a visible escape; everything else,
/// accents and ideographs included, stays.
///
/// Escaped are C0 and C1 controls, DEL, bidirectional controls, zero-width characters and line
/// separators, as `\u{…}`.
public func terminalText(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHarmful) else { return text }
    var safe = ""
    for scalar in text.unicodeScalars {
        if isHarmful(scalar) {
            safe += "\\u{" + String(scalar.value, radix: 16) + "}"
        } else {
            safe.unicodeScalars.append(scalar)
        }
    }
    return safe
}

/// The text of bytes that may not be UTF-8, harmless on a terminal; other bytes show as `\xNN`.
public func terminalText(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return terminalText(text) }
    var safe = ""
    for byte in bytes {
        if (0x20..<0x7F).contains(byte) {
            safe.unicodeScalars.append(Unicode.Scalar(byte))
        } else {
            safe += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
    return safe
}

/// The same of text of several lines: its line ends and tabs stay.
public func terminalLines(_ bytes: [UInt8]) -> String {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
        line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            .map { terminalText(Array($0)) }.joined(separator: "\t")
    }
    return lines.joined(separator: "\n")
}

/// JSON text, harmless on a terminal and of the same meaning.
///
/// What `terminalText` escapes stands in strings alone, line ends of the layout aside, and becomes `\uNNNN`.
public func terminalJSON(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.unicodeScalars.contains(where: { isHarmful($0) && $0 != "\n" }) else { return text }
    var safe = ""
    for scalar in text.unicodeScalars {
        if isHarmful(scalar), scalar != "\n" {
            let digits = String(scalar.value, radix: 16)
            safe += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
            safe.unicodeScalars.append(scalar)
        }
    }
    return safe
}

/// All of them have four hexadecimal digits at most.
private func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
    default: false
    }
}
