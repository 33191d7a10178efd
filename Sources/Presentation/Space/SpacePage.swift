public import Operations

/// What `usage --report` writes: one page that loads nothing and runs nothing.
///
/// Names come from the store, so every text is escaped, and the page itself forbids scripts and connections.
public struct SpacePage {
    private let title: String
    private let headline: String
    private let further: [String]
    private let map: [Treemap.Item]
    private let tables: [SpaceTable]

    /// The page of one source.
    ///
    /// - Parameters:
    ///   - usage: What was found.
    ///   - source: What the source is called.
    ///   - limit: How many rows a table has at most.
    public init(_ usage: SpaceUsage, source: String, limit: Int) {
        let sections = SpaceSections(usage, limit: limit)
        self.title = "Usage of \(source)"
        self.headline = usage.headline
        self.further = sections.furtherLines
        self.map = Treemap.items(of: usage)
        self.tables = sections.tables
    }

    /// The page of two sources.
    ///
    /// - Parameters:
    ///   - growth: What was found.
    ///   - before: What the older source is called.
    ///   - after: What the newer source is called.
    ///   - limit: How many rows a table has at most.
    public init(_ growth: SpaceGrowth, before: String, after: String, limit: Int) {
        let sections = GrowthSections(growth, limit: limit)
        self.title = "Growth from \(before) to \(after)"
        self.headline = sections.headline
        self.further = []
        self.map = Treemap.items(of: growth.after)
        self.tables = sections.tables
    }

    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width">
        <title>\(escaped(self.title))</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <h1>\(escaped(self.title))</h1>
        <p class="headline">\(escaped(self.headline))</p>
        \(self.furtherList)\(self.mapDrawing)\(self.tables.map { $0.html }.joined())</body>
        </html>

        """
    }

    private static let style = """
        :root { color-scheme: light dark; }
        body { font: 15px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 72em; padding: 0 1em; }
        h2 { font-size: 1.1em; margin: 2em 0 .4em; }
        .headline { font-weight: 600; }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; }
        th, td { padding: .15em 1em .15em 0; text-align: left; white-space: nowrap; }
        th { font-size: .8em; opacity: .7; }
        tr + tr td { border-top: 1px solid #8884; }
        td:has(i) { min-width: 12em; width: 12em; }
        i { background: #47a; display: block; height: .8em; min-width: 1px; }
        svg { height: auto; min-width: 44em; width: 100%; }
        svg rect { fill: #47a; stroke: Canvas; stroke-width: 2; }
        svg text { fill: #fff; font-size: 12px; }
        """

    private var furtherList: String {
        guard !self.further.isEmpty else { return "" }
        return "<ul>\n" + self.further.map { "<li>\(escaped($0))</li>\n" }.joined() + "</ul>\n"
    }

    private var mapDrawing: String {
        let map = Treemap(self.map, width: 1000, height: 320)
        guard !map.placed.isEmpty else { return "" }
        var text =
            "<div class=\"wide\"><svg viewBox=\"0 0 1000 320\" role=\"img\" aria-label=\"Shares of the bytes\">\n"
        for (item, rectangle) in map.placed {
            let label = "\(item.name), \(byteText(item.size))"
            let (left, top) = (number(rectangle.left), number(rectangle.top))
            text += "<g><title>\(escaped(label))</title><rect x=\"\(left)\" y=\"\(top)\" "
            text += "width=\"\(number(rectangle.width))\" height=\"\(number(rectangle.height))\"/>"
            let room = Int(rectangle.width / 7)
            if rectangle.height >= 18, room >= 4 {
                let (x, y) = (number(rectangle.left + 5), number(rectangle.top + 14))
                text += "<text x=\"\(x)\" y=\"\(y)\">\(escaped(shortened(label, to: room)))</text>"
            }
            text += "</g>\n"
        }
        return text + "</svg></div>\n"
    }
}

extension SpaceTable {
    fileprivate var html: String {
        // Every row gets all columns, and so the whole of the line above it.
        let columnCount = max(self.headings.count, self.rows.map(\.cells.count).max() ?? 0)
        let hasBars = self.rows.contains { $0.share != nil }
        var text = "<h2>\(escaped(self.title))</h2>\n<div class=\"wide\"><table>\n"
        if !self.headings.isEmpty {
            text += "<tr>" + self.headings.map { "<th>\(escaped($0))</th>" }.joined() + "</tr>\n"
        }
        for row in self.rows {
            text += "<tr>" + row.cells.map { "<td>\(escaped($0))</td>" }.joined()
            text += String(repeating: "<td></td>", count: max(0, columnCount - row.cells.count))
            if let share = row.share {
                text += "<td><i style=\"width:\(number(max(0, min(1, share)) * 100))%\"></i></td>"
            } else if hasBars {
                text += "<td></td>"
            }
            text += "</tr>\n"
        }
        text += "</table></div>\n"
        return text + (self.remark.map { "<p>\(escaped($0))</p>\n" } ?? "")
    }
}

/// The first letters of a text that has no room, with an ellipsis behind them.
private func shortened(_ text: String, to room: Int) -> String {
    text.count <= room ? text : text.prefix(room - 1) + "…"
}

private func number(_ value: Double) -> String { decimal(value, places: 1) }

/// Text that no reader of HTML takes for anything else; controls show as escapes.
private func escaped(_ text: String) -> String {
    var safe = ""
    for character in terminalText(text).unicodeScalars {
        switch character {
        case "&": safe += "&amp;"
        case "<": safe += "&lt;"
        case ">": safe += "&gt;"
        case "\"": safe += "&quot;"
        case "'": safe += "&#39;"
        default: safe.unicodeScalars.append(character)
        }
    }
    return safe
}
