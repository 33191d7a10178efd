/// Rows of cells, kept as text until the widths of all columns are known.
///
/// Each cell is made harmless for the terminal when it is added, so callers pass stored text as it is. Bytes that may
/// not be text become one with `terminalText` before. A row costs little more than the bytes of its line.
///
/// Source: golang/go `text/tabwriter`, as kubernetes/cli-runtime `pkg/printers/tabwriter.go` sets it up.
public struct Table: Sendable {
    /// The cells of all rows; behind each stands `cellEnd`, or `rowEnd` behind the last of a row.
    private var text: [UInt8] = []
    private(set) var widths: [Int] = []
    public private(set) var rowCount = 0
    /// The column whose words have the colour of what they say; nil for none.
    var statusColumn: Int?
    /// What the last cell of a row says, by the row's number.
    private var meanings: [Int: Colors.Meaning] = [:]

    /// No cell has these.
    private static let cellEnd: UInt8 = 0
    private static let rowEnd: UInt8 = 1
    /// What stands between columns at least, and how wide the narrowest column is with it.
    private static let gap = 3
    private static let narrowest = 6

    public init() {}

    /// A table that begins with a row of headings.
    public init(headings: [String]) {
        self.append(headings)
        self.statusColumn = headings.firstIndex(of: "STATUS")
    }

    public mutating func append(_ cells: [String]) {
        for (column, cell) in cells.enumerated() {
            let cell = terminalText(cell)
            self.widen(column, to: columns(of: cell))
            self.text += cell.utf8
            self.text.append(column + 1 < cells.count ? Self.cellEnd : Self.rowEnd)
        }
        self.rowCount += 1
    }

    /// Adds a row of a name and a value, which has the colour of what it says.
    mutating func append(_ name: String, _ value: String, _ meaning: Colors.Meaning?) {
        self.meanings[self.rowCount] = meaning
        self.append([name, value])
    }

    /// Adds a line that stands for itself, however wide the columns are.
    public mutating func append(line: String) {
        self.text += terminalText(line).utf8
        self.text.append(Self.rowEnd)
        self.rowCount += 1
    }

    /// Adds the rows of another table behind its own.
    public mutating func append(_ other: Table) {
        for (column, width) in other.widths.enumerated() { self.widen(column, to: width) }
        for (row, meaning) in other.meanings { self.meanings[self.rowCount + row] = meaning }
        self.text += other.text
        self.rowCount += other.rowCount
    }

    private mutating func widen(_ column: Int, to width: Int) {
        while self.widths.count <= column { self.widths.append(0) }
        self.widths[column] = max(self.widths[column], width)
    }

    /// Calls `body` with the cells of every row.
    func forEachRow(_ body: ([ArraySlice<UInt8>]) throws -> Void) rethrows {
        var row: [ArraySlice<UInt8>] = []
        var start = 0
        for (end, byte) in self.text.enumerated() where byte <= Self.rowEnd {
            row.append(self.text[start..<end])
            start = end + 1
            guard byte == Self.rowEnd else { continue }
            try body(row)
            row.removeAll(keepingCapacity: true)
        }
    }

    /// Calls `write` with every line: columns as wide as their longest cell and three spaces, and at least six.
    public func forEachLine(
        in colors: Colors = .none,
        _ write: (ArraySlice<UInt8>) throws -> Void
    ) rethrows {
        var line: [UInt8] = []
        var rowNumber = 0
        try self.forEachRow { row in
            line.removeAll(keepingCapacity: true)
            for (column, cell) in row.enumerated() {
                if colors.areOn, let meaning = self.meaning(of: cell, column, of: row.count, rowNumber) {
                    line += colors.paint(String(decoding: cell, as: UTF8.self), meaning).utf8
                } else {
                    line += cell
                }
                guard column + 1 < row.count else { continue }
                let end = max(Self.narrowest, self.widths[column] + Self.gap)
                line += repeatElement(UInt8(ascii: " "), count: end - columns(of: cell))
            }
            line.append(0x0A)
            rowNumber += 1
            try write(line[...])
        }
    }

    private func meaning(
        of cell: ArraySlice<UInt8>,
        _ column: Int,
        of columnCount: Int,
        _ row: Int
    ) -> Colors.Meaning? {
        if column == self.statusColumn { return statusMeaning(String(decoding: cell, as: UTF8.self)) }
        return column + 1 == columnCount ? self.meanings[row] : nil
    }

    /// All lines.
    public var lines: String { self.lines(in: .none) }

    func lines(in colors: Colors) -> String {
        var bytes: [UInt8] = []
        self.forEachLine(in: colors) { bytes += $0 }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Table {
    /// A box drawn with `+`, `-` and `|`: the first row is headings, centred and in capitals; numbers stand to the
    /// right, text to the left.
    ///
    /// Source: olekukonko/tablewriter, as etcd's own tools use it.
    var box: String {
        let rule = "+" + self.widths.map { String(repeating: "-", count: $0 + 2) + "+" }.joined() + "\n"
        var text = rule
        var isHeading = true
        self.forEachRow { row in
            let cells = zip(row.map { String(decoding: $0, as: UTF8.self) }, self.widths)
            if isHeading {
                text += boxLine(cells.map { centred($0.uppercased(), to: $1) }) + rule
            } else {
                text += boxLine(cells.map { isNumber($0) ? atRight($0, to: $1) : atLeft($0, to: $1) })
            }
            isHeading = false
        }
        return text + rule
    }
}

private func boxLine(_ cells: [String]) -> String {
    "|" + cells.map { " \($0) |" }.joined() + "\n"
}

/// What the tables of etcd's own tools take for a number, and so set to the right.
private func isNumber(_ cell: String) -> Bool {
    !cell.isEmpty && (Double(cell) != nil || cell.last == "B" && cell.contains(" "))
}

// MARK: Widths

/// How many columns of a terminal a text is taken to fill: its Unicode scalars, as Go's tabwriter counts.
func columns(of text: some StringProtocol) -> Int { text.unicodeScalars.count }

/// The same of UTF-8.
private func columns(of bytes: ArraySlice<UInt8>) -> Int { bytes.count { $0 & 0xC0 != 0x80 } }

func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

func atLeft(_ text: String, to width: Int) -> String { text + spaces(width - columns(of: text)) }

func atRight(_ text: String, to width: Int) -> String { spaces(width - columns(of: text)) + text }

private func centred(_ text: String, to width: Int) -> String {
    let space = width - columns(of: text)
    return spaces(space / 2) + text + spaces(space - space / 2)
}
