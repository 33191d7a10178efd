public import KubernetesCodec

/// The field that `--sort-by` names.
///
/// Objects without it come first, then those where it is null. Numbers are in order of their value, and so
/// are strings that are both quantities (`100m`, `2Gi`); other strings are in order of their bytes.
///
/// Source: kubernetes/kubectl `pkg/cmd/get/sorter.go`.
public struct SortField: Sendable {
    private let path: JSONPath

    /// - Throws: What is wrong with the path, and at which character.
    public init(_ text: String) throws(JSONPathError) {
        self.path = try JSONPath(path: text)
    }

    /// What an object is sorted by.
    public struct Key: Sendable {
        fileprivate enum Content {
            case missing
            case null
            case number(Double)
            case text([UInt8], quantity: Double?)
        }
        fileprivate var content: Content
    }

    /// The key of an object.
    ///
    /// - Throws: When the field holds what has no order: a boolean, an array or an object.
    public func key(of object: Value) throws(JSONPathError) -> Key {
        guard let value = try self.path.values(in: object).first else { return Key(content: .missing) }
        if value.isNull { return Key(content: .null) }
        if let number = value.double { return Key(content: .number(number)) }
        guard let text = value.string else {
            throw JSONPathError("a boolean, an array or an object cannot be sorted by")
        }
        return Key(content: .text(Array(text.utf8), quantity: quantity(text)))
    }

    /// The indices of `keys` in order; equal ones stay as they are.
    ///
    /// - Throws: When there are keys, but no object has the field.
    public func order(of keys: [Key]) throws(JSONPathError) -> [Int] {
        let isMissing = keys.allSatisfy { key in
            if case .missing = key.content { true } else { false }
        }
        guard keys.isEmpty || !isMissing else {
            throw JSONPathError("no object has the field to sort by")
        }
        return keys.indices.sorted { left, right in
            if precedes(keys[left], keys[right]) { return true }
            return !precedes(keys[right], keys[left]) && left < right
        }
    }
}

private func precedes(_ left: SortField.Key, _ right: SortField.Key) -> Bool {
    switch (left.content, right.content) {
    case (.number(let left), .number(let right)): return left < right
    case (.text(let left, let leftQuantity), .text(let right, let rightQuantity)):
        if let leftQuantity, let rightQuantity { return leftQuantity < rightQuantity }
        return left.lexicographicallyPrecedes(right)
    default: return rank(left) < rank(right)
    }
}

private func rank(_ key: SortField.Key) -> Int {
    switch key.content {
    case .missing: 0
    case .null: 1
    case .number: 2
    case .text: 3
    }
}

/// The value of a quantity; nil for other texts.
///
/// Source: kubernetes/apimachinery `pkg/api/resource/quantity.go`, `parseQuantityString`, and `suffix.go`.
private func quantity(_ text: String) -> Double? {
    guard !text.isEmpty, text.utf8.count <= 64 else { return nil }
    var rest = text[...]
    let sign = rest.first == "-" ? -1.0 : 1
    if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
    let whole = rest.prefix { $0.isASCII && $0.isNumber }
    rest.removeFirst(whole.count)
    var fraction = ""[...]
    if rest.first == "." {
        rest.removeFirst()
        fraction = rest.prefix { $0.isASCII && $0.isNumber }
        rest.removeFirst(fraction.count)
    }
    guard let scale = scale(rest), let number = Double("0\(whole).\(fraction)0") else { return nil }
    return sign * number * scale
}

private func scale(_ suffix: Substring) -> Double? {
    switch suffix {
    case "": 1
    case "n": 1e-9
    case "u": 1e-6
    case "m": 1e-3
    case "k": 1e3
    case "M": 1e6
    case "G": 1e9
    case "T": 1e12
    case "P": 1e15
    case "E": 1e18
    case "Ki": 0x1p10
    case "Mi": 0x1p20
    case "Gi": 0x1p30
    case "Ti": 0x1p40
    case "Pi": 0x1p50
    case "Ei": 0x1p60
    default:
        suffix.first == "e" || suffix.first == "E"
            ? Int32(suffix.dropFirst()).flatMap { Double("1e\($0)") } : nil
    }
}
