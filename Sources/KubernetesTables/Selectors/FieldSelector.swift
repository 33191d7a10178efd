public import KubernetesCodec

/// Selects objects by fields: `status.phase=Running,metadata.namespace!=kube-system`.
///
/// Source: kubernetes/apimachinery `pkg/fields/selector.go`.
public struct FieldSelector: Hashable, Sendable {
    struct Term: Hashable, Sendable {
        var field: String
        var value: String
        var isEqual: Bool
    }

    let terms: [Term]
    private let text: String

    /// Reads what follows `--field-selector`.
    ///
    /// A comma, an equals sign and a backslash in a value are written with a backslash before them.
    public init(_ text: String) throws(SelectorError) {
        self.text = text
        var terms: [Term] = []
        for part in Self.split(text.unicodeScalars) where !part.isEmpty {
            terms.append(try Self.term(part, in: text))
        }
        self.terms = terms
    }

    /// The selector for objects of one kind.
    ///
    /// - Throws: `.unknownField` when the kind cannot be selected by one of the fields.
    public func matcher(for fields: SelectableFields) throws(SelectorError) -> FieldMatcher {
        var tests: [FieldMatcher.Test] = []
        for term in self.terms {
            guard let read = fields.reader(of: term.field) else {
                throw SelectorError(.unknownField(term.field, known: fields.names), in: self.text)
            }
            tests.append(
                FieldMatcher.Test(
                    read: read,
                    value: term.value,
                    isEqual: term.isEqual,
                    isInKey: ["metadata.name", "metadata.namespace"].contains(term.field)
                )
            )
        }
        return FieldMatcher(tests: tests)
    }

    /// The parts between commas that have no backslash before them.
    private static func split(_ text: String.UnicodeScalarView) -> [Substring.UnicodeScalarView] {
        var parts: [Substring.UnicodeScalarView] = []
        var start = text.startIndex
        var isEscaped = false
        for index in text.indices {
            if isEscaped {
                isEscaped = false
            } else if text[index] == "\\" {
                isEscaped = true
            } else if text[index] == "," {
                parts.append(text[start..<index])
                start = text.index(after: index)
            }
        }
        return parts + [text[start...]]
    }

    private static func term(
        _ part: Substring.UnicodeScalarView,
        in selector: String
    ) throws(SelectorError) -> Term {
        guard let end = part.firstIndex(where: { $0 == "=" || $0 == "!" }) else {
            throw SelectorError(.unexpected(found: String(part), expected: "=, == or !="), in: selector)
        }
        var value = part[end...]
        let isEqual = value.removeFirst() == "="
        if !isEqual || value.first == "=" {
            guard value.popFirst() == "=" else {
                throw SelectorError(.unexpected(found: String(part), expected: "=, == or !="), in: selector)
            }
        }
        return Term(
            field: String(part[..<end]),
            value: try self.unescaped(value, in: selector),
            isEqual: isEqual
        )
    }

    private static func unescaped(
        _ value: Substring.UnicodeScalarView,
        in selector: String
    ) throws(SelectorError) -> String {
        var text = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in value {
            switch (isEscaped, scalar) {
            case (true, "\\"), (true, ","), (true, "="):
                text.append(scalar)
                isEscaped = false
            case (false, "\\"):
                isEscaped = true
            case (true, _), (false, "="):
                throw SelectorError(
                    .unexpected(
                        found: String(value),
                        expected: "\\ before every =, comma and \\, and nowhere else,"
                    ),
                    in: selector
                )
            default:
                text.append(scalar)
            }
        }
        guard !isEscaped else {
            throw SelectorError(.unexpected(found: "", expected: "a character after \\"), in: selector)
        }
        return String(text)
    }
}

/// A field selector for objects of one kind.
public struct FieldMatcher: Sendable {
    struct Test: Sendable {
        var read: @Sendable (Value) -> String
        var value: String
        var isEqual: Bool
        /// Whether an object's key says what the field holds.
        var isInKey: Bool

        func matches(_ object: Value) -> Bool { (self.read(object) == self.value) == self.isEqual }
    }

    let tests: [Test]

    public func matches(_ object: Value) -> Bool {
        self.tests.allSatisfy { $0.matches(object) }
    }

    /// Whether an object may match of which only the name and the namespace are known.
    public func mayMatch(_ object: Value) -> Bool {
        self.tests.allSatisfy { !$0.isInKey || $0.matches(object) }
    }
}
