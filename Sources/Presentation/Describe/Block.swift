/// A part of a description.
///
/// Texts are as they are stored; the layout makes them harmless for the terminal.
indirect enum Block: Sendable {
    /// `Name:  value`, with further lines of the value below the first.
    case field(String, [String])
    /// `Name:  value`, or `Name:` alone, and below it indented what belongs to it.
    case section(String, String, [Block])
    /// An item of a list: a dash, and what belongs to it.
    case item([Block])
    /// `Name:` and below it text of several lines.
    case text(String, String)
    /// Rows under headings.
    case table([String], [[String]])
    /// A line of its own.
    case line(String)
    /// An empty line.
    case gap

    static func field(_ name: String, _ value: String) -> Block { .field(name, [value]) }

    static func section(_ name: String, _ blocks: [Block]) -> Block { .section(name, "", blocks) }

    /// A field, unless there is no value.
    static func field(ifGiven name: String, _ value: String?) -> Block? {
        value.flatMap { $0.isEmpty ? nil : .field(name, [$0]) }
    }

    /// A table below a name; nil when there are no rows.
    static func table(_ name: String, _ headings: [String], _ rows: [[String]]) -> Block? {
        rows.isEmpty ? nil : .section(name, [.table(headings, rows)])
    }
}

/// `<none>` for an empty text.
func orNone(_ text: String) -> String { text.isEmpty ? "<none>" : text }

/// `<none>` for an empty list.
func orNone(_ texts: [String]) -> [String] { texts.isEmpty ? ["<none>"] : texts }
