public import KubernetesCodec

/// A template of kubectl's `-o jsonpath=…`: text, with expressions in braces that are replaced by what they
/// find in an object.
///
///     {.items[*].metadata.name}   fields; a backslash takes a dot's meaning: {.labels.a\.b}, {.labels['a\.b']}
///     [0] [-1] [1:3] [::2]        elements by index; a slice begins, ends before and steps
///     [*] .*                      all elements or members
///     ['a','b']                   several fields or elements
///     [?(@.phase=="Running")]     the elements for which it holds: == != < <= > >=, or that it is there
///     ..name                      at any depth
///     {range .items[*]}…{end}     the part between once for each value
///     {"\n"} {'x'}                text with escapes
///
/// A field that is missing gives no value. It is read once and may be evaluated often.
///
/// Source: kubernetes/client-go `util/jsonpath`.
public struct JSONPath: Sendable {
    /// The template as it was given.
    public let text: String
    private let parts: [JSONPathPart]

    /// Reads a template, in which all outside of braces is text.
    ///
    /// - Throws: What is wrong, and at which character.
    public init(_ text: String) throws(JSONPathError) {
        self.text = text
        self.parts = try JSONPathParser.parts(of: text)
    }

    /// Reads one path as `--sort-by` and `custom-columns` take it: with or without its braces and its first
    /// dot.
    ///
    /// - Throws: What is wrong, and at which character.
    public init(path: String) throws(JSONPathError) {
        var path = path[...]
        if path.hasPrefix("{"), path.hasSuffix("}"), path.count > 1 { path = path.dropFirst().dropLast() }
        if path.hasPrefix("."), path.count > 1 { path = path.dropFirst() }
        guard !path.isEmpty, !path.contains("{"), !path.contains("}") else {
            throw JSONPathError("one path is expected, such as .metadata.name", at: 0)
        }
        try self.init("{.\(path)}")
    }

    /// All that the expressions find, in order.
    ///
    /// - Throws: An index beyond an array's end, or a comparison of what cannot be compared.
    public func values(in root: Value) throws(JSONPathError) -> [Value] {
        try self.results(in: root).flatMap { $0 }
    }

    /// Appends the template with its expressions replaced: the values of each with a space between them,
    /// strings as they are, arrays and objects as JSON.
    ///
    /// - Throws: An index beyond an array's end, or a comparison of what cannot be compared.
    public func write(_ root: Value, to bytes: inout [UInt8]) throws(JSONPathError) {
        for values in try self.results(in: root) {
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(0x20) }
                Self.write(value, to: &bytes)
            }
        }
    }

    /// Appends one value: a string as it is, an array or object as JSON.
    public static func write(_ value: Value, to bytes: inout [UInt8]) {
        if let text = value.goText {
            bytes.append(contentsOf: text.utf8)
            return
        }
        var writer = JSONWriter()
        swap(&writer.bytes, &bytes)
        writer.write(value)
        swap(&writer.bytes, &bytes)
    }

    /// What each text and expression gives, ranges unrolled.
    private func results(in root: Value) throws(JSONPathError) -> [[Value]] {
        var evaluation = JSONPathEvaluation()
        var results: [[Value]] = []
        try evaluation.add(self.parts, of: root, to: &results)
        return results
    }
}

/// Why a template cannot be read or evaluated.
public struct JSONPathError: Error, Hashable, Sendable {
    /// What is wrong; never holds a value of an object.
    public var reason: String
    /// Characters before the place in the template; nil when it is an object that does not fit.
    public var position: Int?

    public init(_ reason: String, at position: Int? = nil) {
        self.reason = reason
        self.position = position
    }
}

extension JSONPathError: CustomStringConvertible {
    public var description: String {
        self.position.map { "jsonpath, character \($0 + 1): \(self.reason)" } ?? "jsonpath: \(self.reason)"
    }
}
