/// A column of a table, as the API server describes it (`meta/v1` TableColumnDefinition).
public struct Column: Hashable, Sendable {
    /// As the server writes it, such as "Up-to-date"; kubectl prints it in capitals.
    public var name: String
    /// An OpenAPI type: `string`, `integer`, `number`, `boolean`, or `date`.
    public var type: String
    /// `name` in the column that holds the object's name; mostly empty.
    public var format: String
    /// 0: always shown; above: with `-o wide` only.
    public var priority: Int

    public init(_ name: String, type: String = "string", format: String = "", priority: Int = 0) {
        self.name = name
        self.type = type
        self.format = format
        self.priority = priority
    }
}
