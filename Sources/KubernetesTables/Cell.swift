internal import KubernetesCodec

/// What one column shows of one object.
///
/// The kinds are those that a cell of the API server's tables can have in JSON; kubectl shows their text.
public enum Cell: Hashable, Sendable {
    case text(String)
    case integer(Int64)
    case number(Double)
    case boolean(Bool)
    /// The object has no value for this column; kubectl leaves the cell empty.
    case null
}

extension Cell: CustomStringConvertible {
    /// The text that kubectl prints, before control characters are dealt with (``TableView``).
    public var description: String {
        switch self {
        case .text(let text): text
        case .integer(let integer): String(integer)
        case .number(let number): Self.text(of: number)
        case .boolean(let boolean): boolean ? "true" : "false"
        case .null: ""
        }
    }

    /// kubectl reads cells from JSON, where a number without fraction is a whole number to it.
    private static func text(of number: Double) -> String {
        let json = goFloatText(number)
        return json.contains(".") || json.contains("e") ? goGeneralText(number) : json
    }
}
