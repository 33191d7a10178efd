/// Lines no wider than a terminal: what is too long is cut, and ends in `…`.
///
/// Colours take no columns, and end where a line is cut. Ideographs and emoji take two columns, marks on letters none.
///
/// - Parameters:
///   - text: Whole lines, harmless on a terminal.
///   - width: Columns of the terminal; nil to leave the lines as they are.
/// - Returns: The lines, without spaces at their ends when they were to be cut.
public func fitted(_ text: String, to width: Int?) -> String {
    guard let width else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { fitted(line: withoutSpacesAtEnd($0), to: max(1, width)) }.joined(separator: "\n")
}

private func fitted(line: Substring, to width: Int) -> String {
    let scalars = line.unicodeScalars
    var column = 0
    var isInColor = false
    // Behind the last character that leaves room for the sign of a cut.
    var end = scalars.startIndex
    for index in scalars.indices {
        let scalar = scalars[index]
        if scalar == "\u{1B}" { isInColor = true }
        if isInColor {
            if scalar == "m" { isInColor = false }
            continue
        }
        column += terminalColumns(of: scalar)
        if column < width { end = scalars.index(after: index) }
        if column > width {
            let cut = String(line[..<end]) + "…"
            return scalars.contains("\u{1B}") ? cut + Colors.end : cut
        }
    }
    return String(line)
}

private func withoutSpacesAtEnd(_ line: Substring) -> Substring {
    var line = line
    while line.unicodeScalars.last == " " { line.unicodeScalars.removeLast() }
    return line
}

/// How many columns a terminal gives a character.
///
/// Where fonts and terminals differ, as for some emoji, it is the larger number, so that no line is too wide.
///
/// Source: Unicode 16, `EastAsianWidth.txt`, W and F; small gaps between them count as wide.
func terminalColumns(of scalar: Unicode.Scalar) -> Int {
    guard scalar.value >= 0x300 else { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return isWide(scalar.value) ? 2 : 1
    }
}

private func isWide(_ value: UInt32) -> Bool {
    switch value {
    // Hangul's first consonants, and single signs among symbols.
    case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23F3, 0x25FD...0x25FE, 0x2614...0x2615,
        0x2630...0x2637, 0x2648...0x2653, 0x267F, 0x268A...0x2693, 0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE,
        0x26C4...0x26C5, 0x26CE, 0x26D4, 0x26EA, 0x26F2...0x26F5, 0x26FA, 0x26FD, 0x2705, 0x270A...0x270B,
        0x2728, 0x274C...0x274E, 0x2753...0x2757, 0x2795...0x2797, 0x27B0, 0x27BF, 0x2B1B...0x2B1C, 0x2B50,
        0x2B55:
        true
    // Ideographs, kana, Yi and Hangul.
    case 0x2E80...0x303E, 0x3041...0x4DFF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF,
        0x1AFF0...0x1B2FF,
        0x1D300...0x1D376, 0x20000...0x3FFFD:
        true
    // Emoji.
    case 0x1F004, 0x1F0CF, 0x1F18E...0x1F19A, 0x1F200...0x1F6FC, 0x1F7E0...0x1F7F0, 0x1F90C...0x1FAFF: true
    default: false
    }
}
