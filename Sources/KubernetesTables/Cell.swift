/// What one column shows of one object.
public enum Cell: Hashable, Sendable {
    case text(String)
    case integer(Int64)
}
