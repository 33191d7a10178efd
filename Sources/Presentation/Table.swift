/// Rows under headings, as kubectl lays them out or in etcdctl's boxes.
public struct Table: Sendable {
    public var headings: [String]
    public private(set) var rows: [[String]] = []

    public init(_ headings: [String]) {
        self.headings = headings
    }

    /// Adds a row; its cells are made harmless for the terminal here, so callers pass stored text as it is.
    public mutating func append(_ cells: [String]) {
        self.rows.append(cells.map { terminalText($0) })
    }

    /// Columns as wide as their longest cell, three spaces apart, none after the last.
    public func aligned(withHeadings: Bool = true) -> String {
        let all = withHeadings ? [self.headings] + self.rows : self.rows
        let widths = self.widths
        var text = ""
        for row in all {
            var line = ""
            for (index, cell) in row.enumerated() {
                line += cell
                if index + 1 < row.count { line += spaces(widths[index] - cell.count + 3) }
            }
            text += line + "\n"
        }
        return text
    }

    /// A box drawn with `+`, `-` and `|`: headings centred, numbers to the right, text to the left.
    public func boxed() -> String {
        let widths = self.widths
        let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) + "+" }.joined() + "\n"
        var text = rule
        text += boxLine(self.headings, widths) { centred($0.uppercased(), $1) } + rule
        for row in self.rows {
            text += boxLine(row, widths) { cell, width in
                let padding = spaces(width - cell.count)
                return isNumber(cell) ? padding + cell : cell + padding
            }
        }
        return text + rule
    }

    private var widths: [Int] {
        self.headings.indices.map { column in
            let cells = self.rows.lazy.compactMap { column < $0.count ? $0[column].count : nil }
            return max(self.headings[column].count, cells.max() ?? 0)
        }
    }
}

private func boxLine(_ cells: [String], _ widths: [Int], _ pad: (String, Int) -> String) -> String {
    "|" + zip(cells, widths).map { " " + pad($0, $1) + " |" }.joined() + "\n"
}

private func centred(_ text: String, _ width: Int) -> String {
    let space = width - text.count
    return spaces(space / 2) + text + spaces(space - space / 2)
}

/// What the tables of etcd's own tools take for a number, and so set to the right.
private func isNumber(_ cell: String) -> Bool {
    !cell.isEmpty && (Double(cell) != nil || cell.last == "B" && cell.contains(" "))
}

private func spaces(_ count: Int) -> String {
    String(repeating: " ", count: max(0, count))
}
