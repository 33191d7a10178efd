/// Reads label selectors as kubectl and the API server do.
///
///     selector     = [ requirement { "," requirement } ]
///     requirement  = key | "!" key | key ("=" | "==" | "!=") [ value ]
///                  | key (">" | "<") integer | key ("in" | "notin") "(" [ value ] { "," [ value ] } ")"
///
/// Source: kubernetes/apimachinery `pkg/labels/selector.go`.
struct LabelSelectorParser {
    private let text: String
    private let tokens: [Token]
    private var position = 0

    private enum Token: Hashable {
        case word(String)
        case symbol(String)

        var text: String {
            switch self {
            case .word(let text), .symbol(let text): text
            }
        }
    }

    init(_ text: String) {
        self.text = text
        self.tokens = Self.tokens(of: text)
    }

    mutating func parse() throws(SelectorError) -> [LabelRequirement] {
        var requirements: [LabelRequirement] = []
        while self.position < self.tokens.count {
            if !requirements.isEmpty {
                guard self.skip(",") else { throw self.unexpected("\",\" or the end") }
            }
            requirements.append(try self.requirement())
        }
        return requirements
    }

    private mutating func requirement() throws(SelectorError) -> LabelRequirement {
        let isNegated = self.skip("!")
        guard let key = self.word() else { throw self.unexpected("a label's name") }
        if let problem = LabelSyntax.problem(withKey: key) {
            throw SelectorError(.invalid(key, why: problem), in: self.text)
        }
        guard self.position < self.tokens.count, self.tokens[self.position] != .symbol(",") else {
            return LabelRequirement(key, isNegated ? .isMissing : .exists)
        }
        guard !isNegated else { throw self.unexpected("\",\" or the end") }
        return LabelRequirement(key, try self.operation())
    }

    private mutating func operation() throws(SelectorError) -> LabelRequirement.Operation {
        let token = self.tokens[self.position]
        self.position += 1
        switch token {
        case .symbol("="), .symbol("=="): return .equals(try self.value())
        case .symbol("!="): return .differs(try self.value())
        case .symbol(">"): return .isGreater(try self.integer())
        case .symbol("<"): return .isLess(try self.integer())
        case .word("in"): return .isIn(try self.values())
        case .word("notin"): return .isNotIn(try self.values())
        default:
            self.position -= 1
            throw self.unexpected("one of =, ==, !=, in, notin, >, <")
        }
    }

    /// A value; the empty one when a comma or the end follows.
    private mutating func value() throws(SelectorError) -> String {
        guard self.position < self.tokens.count, self.tokens[self.position] != .symbol(",") else { return "" }
        guard let value = self.word() else { throw self.unexpected("a label's value") }
        return try self.checked(value)
    }

    /// A number that a label's value can be, which one below zero cannot.
    private mutating func integer() throws(SelectorError) -> Int64 {
        guard let word = self.word() else { throw self.unexpected("a whole number") }
        guard let integer = Int64(try self.checked(word)) else {
            self.position -= 1
            throw self.unexpected("a whole number")
        }
        return integer
    }

    /// Values in parentheses; the empty value stands before, behind and between commas where no value is.
    private mutating func values() throws(SelectorError) -> [String] {
        guard self.skip("(") else { throw self.unexpected("\"(\"") }
        var values: Set<String> = []
        while true {
            values.insert(try self.checked(self.word() ?? ""))
            if self.skip(")") { return values.sortedByBytes() }
            guard self.skip(",") else { throw self.unexpected("\",\" or \")\"") }
        }
    }

    private func checked(_ value: String) throws(SelectorError) -> String {
        if let problem = LabelSyntax.problem(withValue: value) {
            throw SelectorError(.invalid(value, why: problem), in: self.text)
        }
        return value
    }

    private mutating func word() -> String? {
        guard self.position < self.tokens.count, case .word(let word) = self.tokens[self.position] else {
            return nil
        }
        self.position += 1
        return word
    }

    private mutating func skip(_ symbol: String) -> Bool {
        guard self.position < self.tokens.count, self.tokens[self.position] == .symbol(symbol) else {
            return false
        }
        self.position += 1
        return true
    }

    private func unexpected(_ expected: String) -> SelectorError {
        let found = self.position < self.tokens.count ? self.tokens[self.position].text : ""
        return SelectorError(.unexpected(found: found, expected: expected), in: self.text)
    }

    private static func tokens(of text: String) -> [Token] {
        var tokens: [Token] = []
        var rest = text.unicodeScalars[...]
        while let first = rest.first {
            if " \t\r\n".unicodeScalars.contains(first) {
                rest.removeFirst()
            } else if Self.isSpecial(first) {
                rest.removeFirst()
                var symbol = String(first)
                if (first == "=" || first == "!"), rest.first == "=" {
                    rest.removeFirst()
                    symbol += "="
                }
                tokens.append(.symbol(symbol))
            } else {
                let word = rest.prefix { !Self.isSpecial($0) && !" \t\r\n".unicodeScalars.contains($0) }
                tokens.append(.word(String(word)))
                rest = rest.dropFirst(word.count)
            }
        }
        return tokens
    }

    private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
        "=!(),><".unicodeScalars.contains(scalar)
    }
}
