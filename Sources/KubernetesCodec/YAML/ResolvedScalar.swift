/// A YAML scalar's value by its tag, its quotes and its text.
enum ResolvedScalar {
    case null
    case boolean(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case float(Double)
    case text([UInt8])

    struct Failure: Error {
        var problem: String
    }

    /// - Throws: When the text is not of the kind that its tag names.
    init(_ scalar: YAMLEvents.Scalar) throws(Failure) {
        guard scalar.isPlain || scalar.tag != nil else {
            self = .text(scalar.text)
            return
        }
        let prefix = "tag:yaml.org,2002:"
        switch scalar.tag.map({ $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : "" }) {
        case nil: self = Self(plain: scalar.text)
        case "binary": self = .text(try Self.bytes(ofBase64: scalar.text))
        case "bool", "int", "float", "null", "timestamp":
            self = try Self(plain: scalar.text).checked(against: scalar)
        default: self = .text(scalar.text)
        }
    }

    private init(plain text: [UInt8]) {
        self =
            switch text.withUnsafeBytes({ YAMLScalar($0) }) {
            case .null: .null
            case .boolean(let boolean): .boolean(boolean)
            case .integer(let integer): .integer(integer)
            case .unsigned(let integer): .unsigned(integer)
            case .float(let float): .float(float)
            case .timestamp, .string: .text(text)
            }
    }

    private func checked(against scalar: YAMLEvents.Scalar) throws(Failure) -> ResolvedScalar {
        let tag = scalar.tag?.split(separator: ":").last ?? ""
        switch (tag, self) {
        case ("bool", .boolean), ("int", .integer), ("int", .unsigned), ("float", .float), ("null", .null):
            return self
        case ("float", .integer(let integer)): return .float(Double(integer))
        case ("float", .unsigned(let integer)): return .float(Double(integer))
        case ("timestamp", .text) where scalar.text.withUnsafeBytes(isTimestamp): return self
        default: throw Failure(problem: "the value is not one that its tag !!\(tag) allows")
        }
    }

    private static func bytes(ofBase64 text: [UInt8]) throws(Failure) -> [UInt8] {
        guard let bytes = Base64.decode(text) else {
            throw Failure(problem: "the value of a !!binary is not base64")
        }
        return bytes
    }

    /// It as a key: what is not a string becomes one; nil for null.
    var name: [UInt8]? {
        switch self {
        case .null: nil
        case .boolean(let boolean): Array((boolean ? "true" : "false").utf8)
        case .integer(let integer): Array(String(integer).utf8)
        case .unsigned(let integer): Array(String(integer).utf8)
        // With the digits that a 32-bit number needs, as sigs.k8s.io/yaml writes them.
        case .float(let float): Array((GoFloat(Float(float))?.general ?? yamlName(ofSpecial: float)).utf8)
        case .text(let text): text
        }
    }
}

private func yamlName(ofSpecial value: Double) -> String {
    value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf"
}

extension Document {
    /// Adds a scalar that has no parent yet.
    ///
    /// - Throws: `.malformed` for what JSON cannot hold, and `.tooLarge`.
    mutating func add(_ scalar: ResolvedScalar) throws(CodecError) -> UInt32 {
        var node = Node(kind: .null)
        switch scalar {
        case .null: break
        case .boolean(let boolean): node.kind = boolean ? .true : .false
        case .integer(let integer):
            node.kind = .integer
            node.payload = UInt64(bitPattern: integer)
        case .unsigned(let integer):
            node.kind = .number
            node.textRange = try self.addText(String(integer))
        case .float(let float): node = try self.node(float)
        case .text(let text):
            node.kind = .string
            node.textRange = try self.addText(text)
        }
        return try self.add(node)
    }

    /// A node for a floating-point number: a whole one as JSON writes it becomes an integer.
    ///
    /// - Throws: `.malformed` for an infinity and for what is not a number.
    mutating func node(_ float: Double) throws(CodecError) -> Node {
        guard float.isFinite else { throw CodecError(.malformed("JSON has no infinity and no NaN")) }
        let text = goFloatText(float)
        var node = Node(kind: .integer)
        if let integer = Int64(text), text != "-0" {
            node.payload = UInt64(bitPattern: integer)
        } else {
            node.kind = .number
            node.textRange = try self.addText(text)
        }
        return node
    }
}
