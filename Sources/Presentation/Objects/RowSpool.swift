/// The rows of a table, kept as text until the widths of all columns are known.
///
/// Cells are made harmless for the terminal here. A row costs little more than the bytes of its line.
public struct RowSpool: Sendable {
    private var text: [UInt8] = []
    private var widths: [Int] = []
    public private(set) var count = 0

    /// Between cells and behind rows; no cell has it.
    private static let cellEnd: UInt8 = 0
    private static let rowEnd: UInt8 = 1

    public init() {}

    public mutating func append(_ cells: [String]) {
        for (column, cell) in cells.enumerated() {
            let cell = terminalText(cell)
            self.widen(column, to: cell.unicodeScalars.count)
            self.text += cell.utf8
            self.text.append(column + 1 < cells.count ? Self.cellEnd : Self.rowEnd)
        }
        self.count += 1
    }

    /// Adds the rows of another spool behind its own.
    public mutating func append(_ other: RowSpool) {
        for (column, width) in other.widths.enumerated() { self.widen(column, to: width) }
        self.text += other.text
        self.count += other.count
    }

    /// Calls `write` with every line: columns as wide as their longest cell and three spaces, and at least six.
    public func forEachLine(_ write: (ArraySlice<UInt8>) throws -> Void) rethrows {
        var line: [UInt8] = []
        var column = 0
        var start = 0
        for (end, byte) in self.text.enumerated() where byte <= Self.rowEnd {
            let cell = self.text[start..<end]
            line += cell
            if byte == Self.cellEnd {
                let width = cell.count { $0 & 0xC0 != 0x80 }
                line += Array(repeating: 0x20, count: max(6, self.widths[column] + 3) - width)
                column += 1
            } else {
                line.append(0x0A)
                try write(line[...])
                line.removeAll(keepingCapacity: true)
                column = 0
            }
            start = end + 1
        }
    }

    private mutating func widen(_ column: Int, to width: Int) {
        while self.widths.count <= column { self.widths.append(0) }
        self.widths[column] = max(self.widths[column], width)
    }
}
