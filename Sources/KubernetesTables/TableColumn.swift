internal import KubernetesCodec

/// An object and the moment at which it is looked at.
struct Row: TableSubject {
    let object: Value
    let now: Int64
}

/// What cells are made of.
protocol TableSubject: SendableMetatype {
    var object: Value { get }
    /// Unix time in seconds.
    var now: Int64 { get }
}

/// A column and how its cell is made.
struct TableColumn<Subject>: Sendable {
    let column: Column
    let cell: @Sendable (Subject) -> Cell
}

extension TableColumn {
    init(
        _ name: String,
        type: String = "string",
        format: String = "",
        priority: Int = 0,
        cell: @escaping @Sendable (Subject) -> Cell
    ) {
        self.init(column: Column(name, type: type, format: format, priority: priority), cell: cell)
    }

    /// A column of text.
    static func text(
        _ name: String,
        priority: Int = 0,
        _ text: @escaping @Sendable (Subject) -> String
    ) -> Self {
        Self(name, priority: priority) { .text(text($0)) }
    }

    /// A column of whole numbers.
    static func integer(
        _ name: String,
        type: String = "integer",
        _ integer: @escaping @Sendable (Subject) -> Int64
    ) -> Self {
        Self(name, type: type) { .integer(integer($0)) }
    }

    static func boolean(
        _ name: String,
        type: String = "boolean",
        _ boolean: @escaping @Sendable (Subject) -> Bool
    ) -> Self {
        Self(name, type: type) { .boolean(boolean($0)) }
    }
}

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
