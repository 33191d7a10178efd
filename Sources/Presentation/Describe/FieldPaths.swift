import KubernetesCodec

/// Fields of an object; what is missing or `null` is nothing.
extension Value {
    func given(_ path: [String]) -> Value? {
        var value = self
        for name in path {
            guard let next = value[name] else { return nil }
            value = next
        }
        return value.isNull ? nil : value
    }

    func given(_ path: String...) -> Value? { self.given(path) }

    /// The scalar at a path as text; empty when there is none.
    func text(_ path: String...) -> String { self.given(path)?.scalarText ?? "" }

    /// The whole number at a path; 0 when there is none.
    func whole(_ path: String...) -> Int64 { self.given(path)?.integer ?? 0 }

    /// The elements of the array at a path.
    func list(_ path: String...) -> [Value] { self.given(path)?.elements ?? [] }

    /// The texts of the scalars in the array at a path.
    func texts(_ path: String...) -> [String] { self.given(path)?.elements.compactMap(\.scalarText) ?? [] }
}

/// `<none>` for nothing.
func orNone(_ text: String) -> String { text.isEmpty ? "<none>" : text }

/// `<none>` for nothing.
func orNone(_ texts: [String]) -> [String] { texts.isEmpty ? ["<none>"] : texts }
