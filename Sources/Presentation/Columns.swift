/// Columns for rows that are too many to keep: measured in a first pass, laid out in a second.
///
/// The layout is that of ``Table/aligned(withHeadings:)``; cells are made harmless for the terminal here.
public struct Columns: Sendable {
    private var widths: [Int]

    public init(_ headings: [String]) {
        self.widths = headings.map(\.count)
    }

    public mutating func measure(_ cells: [String]) {
        for (column, cell) in cells.enumerated() where column < self.widths.count {
            self.widths[column] = max(self.widths[column], terminalText(cell).count)
        }
    }

    /// A row as a line.
    public func line(_ cells: [String]) -> String {
        var line = ""
        for (column, cell) in cells.enumerated() {
            let cell = terminalText(cell)
            line += cell
            guard column + 1 < cells.count, column < self.widths.count else { continue }
            line += String(repeating: " ", count: max(0, self.widths[column] - cell.count) + 3)
        }
        return line + "\n"
    }
}
