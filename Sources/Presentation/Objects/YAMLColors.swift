/// YAML text with the names of its fields in their colour.
///
/// - Parameters:
///   - text: Whole lines as ``YAMLWriter`` writes them, made harmless for a terminal.
///   - colors: The colours.
/// - Returns: The same text and colours.
func coloredYAML(_ text: String, in colors: Colors) -> String {
    guard colors.areOn else { return text }
    /// The column of the name or dash whose value has begun: lines further in go on with it.
    var valueColumn: Int?
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        let start = line.utf8.firstIndex { $0 != 0x20 } ?? line.endIndex
        let indentation = line.utf8.distance(from: line.startIndex, to: start)
        if start == line.endIndex { return String(line) }
        if let column = valueColumn, indentation > column { return String(line) }
        let (column, name) = field(in: line, from: start, at: indentation)
        let isAlone = name.map { line.utf8.index(after: $0.upperBound) == line.endIndex } ?? false
        valueColumn = isAlone ? nil : column
        guard let name else { return String(line) }
        return line[..<name.lowerBound] + colors.paint(String(line[name]), .name) + line[name.upperBound...]
    }.joined(separator: "\n")
}

/// Where the name of a field stands in a line, and at which column the name, or without one the last dash, stands.
private func field(
    in line: Substring,
    from start: Substring.Index,
    at indentation: Int
) -> (column: Int, name: Range<Substring.Index>?) {
    var (start, column, dash) = (start, indentation, indentation)
    while line[start...].utf8.starts(with: "- ".utf8) {
        start = line.utf8.index(start, offsetBy: 2)
        dash = column
        column += 2
    }
    guard let end = endOfName(line[start...].utf8) else { return (dash, nil) }
    return (column, start..<end)
}

/// Where the colon behind a name stands; nil when the text does not begin with a name.
private func endOfName(_ text: Substring.UTF8View) -> Substring.Index? {
    guard let first = text.first, first != UInt8(ascii: "?") else { return nil }
    guard first != UInt8(ascii: "\""), first != UInt8(ascii: "'") else {
        let end = endOfQuotes(text, first)
        return isColonOfName(end, in: text) ? end : nil
    }
    return text.indices.first { isColonOfName($0, in: text) }
}

private func isColonOfName(_ index: Substring.Index, in text: Substring.UTF8View) -> Bool {
    guard index < text.endIndex, text[index] == UInt8(ascii: ":") else { return false }
    let next = text.index(after: index)
    return next == text.endIndex || text[next] == 0x20
}

/// Behind the quotes that a text begins with; its end when they are not closed.
private func endOfQuotes(_ text: Substring.UTF8View, _ quote: UInt8) -> Substring.Index {
    let escape = quote == UInt8(ascii: "'") ? quote : UInt8(ascii: "\\")
    var index = text.index(after: text.startIndex)
    while index < text.endIndex {
        let next = text.index(after: index)
        if text[index] == escape, next < text.endIndex, escape != quote || text[next] == quote {
            index = text.index(after: next)
        } else if text[index] == quote {
            return next
        } else {
            index = next
        }
    }
    return index
}
