public import KubernetesCodec

/// Whole objects as kubectl prints them: one alone as it is, several as the items of a `v1 List`.
public struct ObjectText: Sendable {
    public enum Format: Sendable {
        case yaml
        case json
        /// An object a line.
        case jsonLines
    }

    public let format: Format
    /// Whether the objects are items of a list, be there one or none.
    public let isList: Bool

    public init(_ format: Format, isList: Bool) {
        self.format = format
        self.isList = isList && format != .jsonLines
    }

    /// Appends an object.
    public func append(_ document: Document, to bytes: inout [UInt8]) {
        self.append(document.root, to: &bytes)
    }

    /// Appends a value.
    public func append(_ value: Value, to bytes: inout [UInt8]) {
        switch self.format {
        case .yaml: self.appendYAML(value, to: &bytes)
        case .json: self.appendJSON(value, to: &bytes)
        case .jsonLines:
            var writer = JSONWriter()
            swap(&writer.bytes, &bytes)
            writer.write(value)
            swap(&writer.bytes, &bytes)
            bytes.append(0x0A)
        }
    }

    /// Writes objects that were appended.
    public func write<Sink: OutputSink & ~Copyable>(_ bytes: [UInt8], to output: inout Sink) throws {
        let colors = output.appearance.colors
        switch self.format {
        case .yaml where colors.areOn: try output.write(coloredYAML(terminalLines(bytes), in: colors))
        case .yaml: try output.write(lines: bytes.span.bytes)
        case .json, .jsonLines: try output.write(json: bytes.span.bytes)
        }
    }

    /// Writes what stands around the items of a list.
    func write<Sink: OutputSink & ~Copyable>(frame: String, to output: inout Sink) throws {
        let isColored = self.format == .yaml
        try output.write(isColored ? coloredYAML(frame, in: output.appearance.colors) : frame)
    }

    /// What stands before the first item of a list.
    public var opening: String {
        guard self.isList else { return "" }
        return self.format == .yaml
            ? "apiVersion: v1\nitems:\n" : "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n"
    }

    /// What stands between items.
    public var separator: String { self.isList && self.format == .json ? ",\n" : "" }

    /// What stands behind the last item.
    public var closing: String {
        guard self.isList else { return "" }
        return self.format == .yaml
            ? "kind: List\nmetadata:\n  resourceVersion: \"\"\n"
            : "\n    ]," + Self.jsonEnding
    }

    /// A list without items.
    public var empty: String {
        guard self.isList else { return "" }
        return self.format == .yaml
            ? "apiVersion: v1\nitems: []\n" + self.closing
            : "{\n    \"apiVersion\": \"v1\",\n    \"items\": []," + Self.jsonEnding
    }

    private static let jsonEnding = """

            "kind": "List",
            "metadata": {
                "resourceVersion": ""
            }
        }

        """

    private func appendYAML(_ value: Value, to bytes: inout [UInt8]) {
        var writer = YAMLWriter()
        swap(&writer.bytes, &bytes)
        if self.isList { writer.write(item: value) } else { writer.write(value) }
        swap(&writer.bytes, &bytes)
    }

    private func appendJSON(_ value: Value, to bytes: inout [UInt8]) {
        var writer = JSONWriter(indentation: 4)
        swap(&writer.bytes, &bytes)
        if self.isList {
            writer.level = 2
            writer.bytes += Array(repeating: 0x20, count: 8)
        }
        writer.write(value)
        if !self.isList { writer.bytes.append(0x0A) }
        swap(&writer.bytes, &bytes)
    }
}
