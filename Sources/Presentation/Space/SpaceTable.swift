/// One table of a report on space, for a terminal and for a page.
struct SpaceTable {
    struct Row {
        var cells: [String]
        /// How much of the whole it is, from 0 to 1; nil for a row without a bar.
        var share: Double?
    }

    var title: String
    var headings: [String] = []
    var rows: [Row] = []
    /// A sentence below the table.
    var remark: String?

    init(_ title: String, headings: [String] = []) {
        self.title = title
        self.headings = headings
    }

    mutating func append(_ cells: [String], share: Double? = nil) {
        self.rows.append(Row(cells: cells, share: share))
    }

    /// How wide a bar of a whole is, in columns.
    private static let barWidth = 20

    /// Lines for people, with a bar behind the rows that have a share.
    func lines(in colors: Colors) -> String {
        var table = self.headings.isEmpty ? Table() : Table(headings: self.headings)
        for row in self.rows {
            guard let share = row.share else {
                table.append(row.cells)
                continue
            }
            table.append(row.cells + [Self.bar(share)])
        }
        let lines = table.lines.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = line
            while line.last == " " { line.removeLast() }
            return String(line)
        }
        let remark = self.remark.map { terminalText($0) + "\n" } ?? ""
        return colors.paint(terminalText(self.title), .heading) + "\n" + lines.joined(separator: "\n")
            + remark
    }

    private static func bar(_ share: Double) -> String {
        let eighths = Int((max(0, min(1, share)) * Double(Self.barWidth * 8)).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }
}

/// A part of a whole: `12.3 %`; empty when there is no whole.
func percentText(_ part: Int, of whole: Int) -> String {
    whole > 0 ? decimal(Double(part) * 100 / Double(whole), places: 1) + " %" : ""
}

/// A part of a whole, from 0 to 1.
func share(_ part: Int, of whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }

/// A number of bytes that may be below 0: `-1.2 MB`.
func signedByteCount(_ count: Int) -> String {
    (count < 0 ? "-" : "+") + humanByteCount(UInt64(count.magnitude))
}

/// A number that may be below 0: `+12`.
func signedCount(_ count: Int) -> String { count < 0 ? String(count) : "+\(count)" }

func byteText(_ count: Int) -> String { humanByteCount(UInt64(max(0, count))) }
