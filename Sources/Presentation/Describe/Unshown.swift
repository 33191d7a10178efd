import KubernetesCodec

/// An object of which one part after the other is laid out; what no part took comes last.
///
/// So nothing is left out, whatever else a newer or a foreign program put there.
struct Unshown {
    let value: Value
    private var taken: Set<[String]> = []

    init(_ value: Value) {
        self.value = value
    }

    /// The value at a path, which is shown by whoever takes it; nil when there is none or it is `null`.
    @discardableResult
    mutating func take(_ path: String...) -> Value? { self.take(path) }

    @discardableResult
    mutating func take(_ path: [String]) -> Value? {
        self.taken.insert(path)
        return self.value.given(path)
    }

    /// The scalar at a path as text; empty when there is none.
    mutating func takeText(_ path: String...) -> String {
        guard let text = self.value.given(path)?.scalarText else { return "" }
        self.taken.insert(path)
        return text
    }

    /// The elements of the array at a path.
    mutating func takeList(_ path: String...) -> [Value] {
        guard let value = self.value.given(path), value.kind == .array else { return [] }
        self.taken.insert(path)
        return value.elements
    }

    /// Everything that nobody took.
    func rest(_ generic: GenericFields) -> [Block] {
        generic.members(of: self.value, without: self.taken)
    }
}
