/// Lays parts of a description out as lines.
///
/// Names stand in one column and values in another, as wide as the names need; what belongs to a name is indented
/// by two. Prose that is too long for a line goes on below where it began.
struct BlockLayout {
    /// Columns of the terminal; nil when lines may be as long as they are.
    var width: Int?
    private(set) var text = ""
    /// Columns of the next line in which a dash begins an item.
    private var dashes: [Int] = []

    /// A name beyond this pushes its own value to the right, and not all others'.
    private static let widestName = 36
    /// Narrower prose is not folded.
    private static let narrowest = 30

    init(width: Int?) {
        self.width = width
    }

    mutating func append(_ blocks: [Block], indentation: String = "") {
        let names = blocks.compactMap { block -> Int? in
            switch block {
            case .field(let name, _): columns(of: name) + 1
            case .section(let name, let value, _) where !value.isEmpty: columns(of: name) + 1
            default: nil
            }
        }
        let column = (names.filter { $0 <= Self.widestName }.max() ?? 0) + 2
        for block in blocks { self.append(block, indentation: indentation, column: column) }
    }

    private mutating func append(_ block: Block, indentation: String, column: Int) {
        let inner = indentation + "  "
        switch block {
        case .field(let name, let values):
            self.appendField(name, values, indentation, column)
        case .section(let name, let value, let blocks):
            if value.isEmpty {
                self.appendLine(indentation + terminalText(name) + ":")
            } else {
                self.appendField(name, [value], indentation, column)
            }
            self.append(blocks, indentation: inner)
        case .item(let blocks):
            self.dashes.append(indentation.utf8.count)
            self.append(blocks, indentation: inner)
            self.dashes.removeAll()
        case .text(let name, let text):
            self.appendLine(indentation + terminalText(name) + ":")
            for line in lines(of: text) { self.appendLine(inner + line) }
        case .table(let headings, let rows):
            self.appendTable(headings, rows, indentation)
        case .line(let line):
            self.appendFolded(terminalText(line), first: indentation, rest: inner)
        case .gap:
            self.text += "\n"
        }
    }

    private mutating func appendField(
        _ name: String,
        _ values: [String],
        _ indentation: String,
        _ column: Int
    ) {
        let label = terminalText(name) + ":"
        let padding = max(2, column - columns(of: label))
        var lead = indentation + label + spaces(padding)
        let rest = indentation + spaces(column)
        if values.isEmpty { self.appendLine(lead) }
        for value in values {
            self.appendFolded(terminalText(value), first: lead, rest: rest)
            lead = rest
        }
    }

    private mutating func appendTable(_ headings: [String], _ rows: [[String]], _ indentation: String) {
        var table = Table(headings: headings)
        table.append(headings.map { String(repeating: "-", count: columns(of: $0)) })
        for row in rows { table.append(row) }
        table.forEachRow { cells in
            let row = cells.map { String(decoding: $0, as: UTF8.self) }
            var lead = indentation
            for (cell, width) in zip(row.dropLast(), table.widths) { lead += atLeft(cell, to: width + 2) }
            let last = row.last ?? ""
            let start = columns(of: lead)
            if let width, width - start < Self.narrowest, start + columns(of: last) > width {
                self.appendLine(lead)
                self.appendFolded(last, first: indentation + "    ", rest: indentation + "    ")
            } else {
                self.appendFolded(last, first: lead, rest: spaces(start))
            }
        }
    }

    /// Adds a text that begins behind `first`, and goes on behind `rest` where it is too long for a line.
    private mutating func appendFolded(_ line: String, first: String, rest: String) {
        let room = (self.width ?? .max) - max(columns(of: first), columns(of: rest))
        guard room >= Self.narrowest, columns(of: line) > room, line.utf8.contains(UInt8(ascii: " ")) else {
            return self.appendLine(first + line)
        }
        var lead = first
        var current = ""
        for word in line.split(separator: " ", omittingEmptySubsequences: false) {
            if !current.isEmpty, columns(of: current) + 1 + word.unicodeScalars.count > room {
                self.appendLine(lead + current)
                lead = rest
                current = String(word)
            } else {
                current += current.isEmpty ? String(word) : " " + word
            }
        }
        self.appendLine(lead + current)
    }

    /// Adds a line, without the spaces at its end, and with the dashes that begin it.
    private mutating func appendLine(_ line: String) {
        var bytes = Array(line.utf8)
        while bytes.last == 0x20 { bytes.removeLast() }
        for column in self.dashes where column < bytes.count { bytes[column] = UInt8(ascii: "-") }
        self.dashes.removeAll(keepingCapacity: true)
        self.text += String(decoding: bytes, as: UTF8.self)
        self.text += "\n"
    }
}

/// The lines of a text, each harmless on a terminal; tabs become spaces.
func lines(of text: String) -> [String] {
    var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String($0) ?? "" }
    if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { line in
        guard line.utf8.contains(0x09) else { return terminalText(line) }
        let expanded = line.unicodeScalars.reduce(into: "") { text, scalar in
            if scalar == "\t" { text += "    " } else { text.unicodeScalars.append(scalar) }
        }
        return terminalText(expanded)
    }
}
