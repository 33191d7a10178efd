public import KubernetesCodec

/// How the objects of one kind are shown as rows of a table.
public struct ObjectTable: Sendable {
    public let columns: [Column]
    private let makeCells: @Sendable (Value, Int64, [Int]) -> [Cell]

    /// What the columns show of an object.
    ///
    /// - Parameters:
    ///   - object: The object in the version in which it is stored.
    ///   - now: The moment to which ages are relative; Unix time in seconds.
    ///   - columns: Indices into ``columns``; others are not computed.
    /// - Returns: A cell for each of `columns`.
    public func cells(of object: Value, at now: Int64, columns: [Int]) -> [Cell] {
        self.makeCells(object, now, columns)
    }

    /// The cells of all columns.
    public func cells(of object: Value, at now: Int64) -> [Cell] {
        self.makeCells(object, now, Array(self.columns.indices))
    }

    /// The columns that kubectl shows.
    public func shownColumns(wide: Bool) -> [Int] {
        self.columns.indices.filter { wide || self.columns[$0].priority == 0 }
    }
}

extension ObjectTable {
    /// A table whose cells each look at the object by themselves.
    init(_ columns: [TableColumn<Row>]) {
        self.init(columns) { Row(object: $0, now: $1) }
    }

    /// A table whose cells share what `look` found out about the object.
    init<Subject>(
        _ columns: [TableColumn<Subject>],
        look: @escaping @Sendable (Value, Int64) -> Subject
    ) {
        self.columns = columns.map(\.column)
        self.makeCells = { object, now, shown in
            let subject = look(object, now)
            return shown.map { columns[$0].cell(subject) }
        }
    }
}
