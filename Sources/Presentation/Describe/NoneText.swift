/// `<none>` for nothing.
func orNone(_ text: String) -> String { text.isEmpty ? "<none>" : text }

/// `<none>` for nothing.
func orNone(_ texts: [String]) -> [String] { texts.isEmpty ? ["<none>"] : texts }
