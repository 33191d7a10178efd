/// Fields of an object as Go's types have them: what is missing or `null` is the type's zero.
extension Value {
    /// The value at a path; nil when it or a part of the way is missing or `null`.
    public func given(_ path: [String]) -> Value? {
        var value = self
        for name in path {
            guard let next = value[name] else { return nil }
            value = next
        }
        return value.isNull ? nil : value
    }

    /// The value at a path; nil when it or a part of the way is missing or `null`.
    public func given(_ path: String...) -> Value? { self.given(path) }

    /// The scalar at a path as text; empty when there is none.
    public func text(_ path: String...) -> String { self.given(path)?.scalarText ?? "" }

    /// The whole number at a path; 0 when there is none.
    public func whole(_ path: String...) -> Int64 { self.given(path)?.integer ?? 0 }

    /// The truth value at a path; false when there is none.
    public func flag(_ path: String...) -> Bool { self.given(path)?.boolean ?? false }

    /// The elements of the array at a path; none when there is no array.
    public func list(_ path: String...) -> [Value] { self.given(path)?.elements ?? [] }

    /// The texts of the scalars in the array at a path.
    public func texts(_ path: String...) -> [String] {
        self.given(path)?.elements.compactMap(\.scalarText) ?? []
    }
}
