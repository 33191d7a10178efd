public import KubernetesCodec

/// What kubectl prints of a table: which columns, under which headings, and the cells' text.
///
/// Sources: kubernetes/cli-runtime `pkg/printers/tableprinter.go`, kubernetes/kubectl `pkg/cmd/get`.
public struct TableView: Sendable {
    /// What is shown beside the table's own columns of priority 0.
    public struct Options: Hashable, Sendable {
        /// Columns of higher priorities too, as with `-o wide`.
        public var wide = false
        /// The namespace first, as with `-A` for resources that have namespaces.
        public var namespace = false
        /// What stands before names, as `pod/` or `deployment.apps/`, where several resources are shown.
        public var namePrefix = ""
        /// Labels that get a column each, as with `-L`.
        public var labelColumns: [String] = []
        /// All labels in one last column, as with `--show-labels`.
        public var labels = false

        public init() {}
    }

    /// In capitals, as kubectl prints them.
    public let headings: [String]
    private let table: ObjectTable
    private let options: Options
    private let columns: [Int]
    /// Where in `columns` the name is.
    private let nameIndex: Int?

    public init(_ table: ObjectTable, _ options: Options = Options()) {
        self.table = table
        self.options = options
        let columns = table.shownColumns(wide: options.wide)
        self.columns = columns
        self.nameIndex = columns.firstIndex {
            table.columns[$0].format == "name" && table.columns[$0].type == "string"
        }
        let labels = options.labelColumns.map { String($0.split(separator: "/").last ?? "").uppercased() }
        let own = columns.map { lineText(table.columns[$0].name.uppercased()) }
        self.headings =
            (options.namespace ? ["NAMESPACE"] : []) + own + labels + (options.labels ? ["LABELS"] : [])
    }

    /// The row of an object.
    ///
    /// - Parameters:
    ///   - object: What is shown.
    ///   - now: Up to when ages are counted, Unix time in seconds.
    ///   - place: The namespace and the name that the object's key says, for an object that does not say its own.
    /// - Returns: The texts of its cells, one below each heading.
    public func cells(
        of object: Value,
        at now: Int64,
        place: () -> (namespace: String, name: String) = { ("", "") }
    ) -> [String] {
        var cells = self.table.cells(of: object, at: now, columns: self.columns).map(\.description)
        if let nameIndex {
            let name = cells[nameIndex].isEmpty ? place().name : cells[nameIndex]
            cells[nameIndex] = self.options.namePrefix + name
        }
        if self.options.namespace {
            let namespace = object.text("metadata", "namespace")
            cells.insert(namespace.isEmpty ? place().namespace : namespace, at: 0)
        }
        for label in self.options.labelColumns { cells.append(object.text("metadata", "labels", label)) }
        if self.options.labels { cells.append(labelsText(object.given("metadata", "labels"))) }
        return cells.map(lineText)
    }

    /// What kubectl writes before names of that kind: `deployment.apps/`.
    public static func namePrefix(group: String, kind: String) -> String {
        (group.isEmpty ? kind : "\(kind).\(group)").lowercased() + "/"
    }
}

/// A cell on one line: cut where the line would end, and without what begins an escape sequence.
private func lineText(_ cell: String) -> String {
    guard cell.utf8.contains(where: { $0 == 0x0A || $0 == 0x0C || $0 == 0x0D || $0 == 0x1B }) else {
        return cell
    }
    let bytes = cell.utf8
    let end = bytes.firstIndex { $0 == 0x0A || $0 == 0x0C || $0 == 0x0D }
    var line = ""
    for scalar in cell.unicodeScalars[..<(end ?? bytes.endIndex)] {
        if scalar == "\u{1B}" { line += "^[" } else { line.unicodeScalars.append(scalar) }
    }
    return end == nil ? line : line + "..."
}
