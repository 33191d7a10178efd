/// Why a selector cannot be understood.
public struct SelectorError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// Something else stands where `expected` should be; `found` is empty at the end.
        case unexpected(found: String, expected: String)
        /// A label's name or value that no label can have; says why.
        case invalid(String, why: String)
        /// Objects cannot be selected by that field; names those by which they can.
        case unknownField(String, known: [String])
    }

    public var reason: Reason
    /// The whole selector.
    public var selector: String

    public init(_ reason: Reason, in selector: String) {
        self.reason = reason
        self.selector = selector
    }
}

extension SelectorError: CustomStringConvertible {
    public var description: String {
        switch self.reason {
        case .unexpected(let found, let expected):
            let place = found.isEmpty ? "at its end" : "instead of \"\(found)\""
            return "selector \"\(self.selector)\": expected \(expected) \(place)"
        case .invalid(let text, let why):
            return "selector \"\(self.selector)\": \"\(text)\" cannot be part of a label: \(why)"
        case .unknownField(let field, let known):
            return "these objects cannot be selected by field \"\(field)\", only by "
                + known.joined(separator: ", ")
        }
    }
}
