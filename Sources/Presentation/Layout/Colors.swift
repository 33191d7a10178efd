/// Colours of the text that people read, or none; the command line decides.
///
/// Only text that `terminalText` has made harmless is coloured. Colours take no columns: text is padded first.
///
/// Source: ECMA-48, 8.3.117 "Select graphic rendition".
public struct Colors: Sendable {
    let areOn: Bool

    public static let none = Colors(areOn: false)
    /// The terminal's own sixteen, so that they fit a light and a dark screen.
    public static let ofTerminal = Colors(areOn: true)

    /// What a colour says, and the number that selects it.
    enum Meaning: String {
        case good = "32"
        case warning = "33"
        case bad = "31"
        /// The name of a field.
        case name = "36"
        /// What stands above others.
        case heading = "1"
        /// What is looked at last.
        case aside = "2"
    }

    /// What ends a colour.
    static let end = "\u{1B}[0m"

    /// The text in the colour of its meaning; as it is without colours or without a meaning.
    func paint(_ text: String, _ meaning: Meaning?) -> String {
        guard self.areOn, let meaning, !text.isEmpty else { return text }
        return "\u{1B}[\(meaning.rawValue)m\(text)\(Self.end)"
    }
}

/// How text for people looks on what it is written to.
public struct Appearance: Sendable {
    public var colors = Colors.none
    /// Columns at which the lines of tables are cut; nil when they are as long as they are.
    public var tableWidth: Int?

    public init() {}
}
