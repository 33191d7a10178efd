public import KubernetesCodec

/// The columns of kubectl's `-o custom-columns=…` and `custom-columns-file=…`.
///
/// Source: kubernetes/kubectl `pkg/cmd/get/customcolumn.go`.
public struct CustomColumns: Sendable {
    public let headers: [String]
    private let paths: [JSONPath]

    /// Reads `NAME:.metadata.name,NODE:.spec.nodeName`.
    ///
    /// - Throws: What is wrong, in words for who wrote it.
    public init(_ text: String) throws(JSONPathError) {
        var headers: [String] = []
        var paths: [JSONPath] = []
        for column in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = column.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw JSONPathError("a column must be HEADER:PATH, such as NAME:.metadata.name")
            }
            headers.append(String(parts[0]))
            paths.append(try JSONPath(path: String(parts[1])))
        }
        (self.headers, self.paths) = (headers, paths)
    }

    /// Reads a file of two lines: headers, and below them as many paths, with spaces between them.
    ///
    /// - Throws: What is wrong, in words for who wrote it.
    public init(file text: String) throws(JSONPathError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(2).map { line in
            line.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map(String.init)
        }
        guard lines.count == 2, lines[0].count == lines[1].count else {
            throw JSONPathError("a columns file must have a line of headers and a line of as many paths")
        }
        self.headers = lines[0]
        var paths: [JSONPath] = []
        for path in lines[1] { paths.append(try JSONPath(path: path)) }
        self.paths = paths
    }

    /// What the columns show of an object: `<none>` for what is missing, several values with commas.
    ///
    /// - Throws: An index beyond an array's end, or a comparison of what cannot be compared.
    public func cells(of object: Value) throws(JSONPathError) -> [String] {
        var cells: [String] = []
        for path in self.paths {
            let values = try path.values(in: object)
            cells.append(values.isEmpty ? "<none>" : values.map(goText).joined(separator: ","))
        }
        return cells
    }
}

/// A value as Go's `fmt` prints it: `map[a:1 b:2]`, `[x y]`, `<nil>`.
private func goText(_ value: Value) -> String {
    switch value.kind {
    case .null: "<nil>"
    case .array: "[" + value.elements.map(goText).joined(separator: " ") + "]"
    case .object: "map[" + value.members.map { $0.name + ":" + goText($0.value) }.joined(separator: " ") + "]"
    case .boolean, .number, .string: value.goText ?? ""
    }
}
