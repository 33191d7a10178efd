public import KubernetesCodec

extension ObjectTable {
    /// How custom resources are shown: by name and by the columns that their definition asks for.
    ///
    /// A definition that asks for none gives the age. As the API server does, columns from the first on
    /// whose path cannot be read are left out.
    ///
    /// - Parameters:
    ///   - definition: A CustomResourceDefinition of `apiextensions.k8s.io` v1 or v1beta1.
    ///   - version: The version as which the objects are shown, such as `v1alpha1`.
    /// - Returns: The name and at least one column more.
    ///
    /// Source: kubernetes/apiextensions-apiserver `pkg/registry/customresource/tableconvertor/tableconvertor.go`.
    public static func custom(definition: Value, version: String) -> ObjectTable {
        let asked = PrinterColumn.all(in: definition, version: version)
        guard !asked.isEmpty else { return self.customByAge }
        var columns: [TableColumn<Row>] = [.name]
        for column in asked {
            guard let path = try? JSONPath("{\(column.path)}") else { break }
            columns.append(TableColumn(column: column.column) { cell(of: $0, at: path, column.column.type) })
        }
        return ObjectTable(columns)
    }

    /// How custom resources are shown whose definition asks for no columns, or is missing.
    public static let customByAge = ObjectTable([
        .name,
        TableColumn("Age", type: "date") {
            .text(ageText(of: $0.object.given("metadata", "creationTimestamp"), at: $0.now))
        },
    ])
}

/// A member of a definition's `additionalPrinterColumns`.
private struct PrinterColumn {
    var column: Column
    var path: String

    /// The columns of a version; of all versions alike where v1beta1 keeps them at the top.
    static func all(in definition: Value, version: String) -> [PrinterColumn] {
        let ofVersion = definition.list("spec", "versions").first { $0.text("name") == version }
        let columns = ofVersion?.given("additionalPrinterColumns")
        return (columns?.elements ?? definition.list("spec", "additionalPrinterColumns")).map {
            let column = Column(
                $0.text("name"),
                type: $0.text("type"),
                format: $0.text("format"),
                priority: Int($0.whole("priority"))
            )
            // v1beta1 spells it in capitals.
            return PrinterColumn(column: column, path: $0.given("jsonPath")?.string ?? $0.text("JSONPath"))
        }
    }
}

/// The cell of the first value at a path, as the column's type wants it; nil where it is of another type.
private func cell(of row: Row, at path: JSONPath, _ type: String) -> Cell {
    guard let value = try? path.values(in: row.object).first else { return .null }
    switch type {
    case "string":
        return .text(printed(value))
    case "integer":
        if let integer = value.integer { return .integer(integer) }
        return value.double.flatMap { Int64(exactly: $0.rounded(.towardZero)) }.map(Cell.integer) ?? .null
    case "number":
        return value.double.map(Cell.number) ?? .null
    case "boolean":
        return value.boolean.map(Cell.boolean) ?? .null
    case "date":
        return value.string.map { .text(dateText($0, value, at: row.now)) } ?? .null
    default:
        return .null
    }
}

/// The age of what a date column found; other text than RFC 3339 is `<invalid>`, none at all `<unknown>`.
private func dateText(_ text: String, _ value: Value, at now: Int64) -> String {
    guard !text.isEmpty, text != "null" else { return "<unknown>" }
    return Timestamp(rfc3339: text) == nil ? "<invalid>" : ageText(of: value, at: now)
}

/// A value as the API server prints it: strings bare, arrays and objects as JSON.
private func printed(_ value: Value) -> String {
    guard !value.isNull else { return "<no value>" }
    var bytes: [UInt8] = []
    JSONPath.write(value, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
}
