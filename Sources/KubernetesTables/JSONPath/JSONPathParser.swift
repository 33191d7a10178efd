import KubernetesCodec

/// Reads a template into its parts.
///
/// Source: kubernetes/client-go `util/jsonpath/parser.go`.
struct JSONPathParser {
    private let text: [Unicode.Scalar]
    private var position: Int
    private let end: Int
    /// Filters and unions around the path that is read.
    private let depth: Int

    /// How many filters and unions may stand within each other.
    private static let depthLimit = 32

    /// - Throws: What is wrong, and at which character.
    static func parts(of template: String) throws(JSONPathError) -> [JSONPathPart] {
        let text = Array(template.unicodeScalars)
        var parser = JSONPathParser(text: text, position: 0, end: text.count, depth: 0)
        var ranges: [(start: Int, steps: [JSONPathStep], parts: [JSONPathPart])] = []
        var parts: [JSONPathPart] = []
        while parser.position < parser.end {
            let start = parser.position
            guard parser.skip("{") else {
                parts.append(.text(Value(parser.take { $0 != "{" })))
                continue
            }
            switch try parser.action() {
            case .expression(let steps): parts.append(.expression(steps))
            case .rangeStart(let steps):
                guard ranges.count < Self.depthLimit else {
                    throw JSONPathError("there are too many ranges within each other", at: start)
                }
                ranges.append((start, steps, parts))
                parts = []
            case .rangeEnd:
                guard let range = ranges.popLast() else {
                    throw JSONPathError("there is no range to end here", at: start)
                }
                parts = range.parts + [.range(range.steps, parts)]
            }
        }
        if let range = ranges.last { throw JSONPathError("this range has no {end}", at: range.start) }
        return parts
    }

    private enum Action {
        case expression([JSONPathStep])
        case rangeStart([JSONPathStep])
        case rangeEnd
    }

    /// Reads an expression whose opening brace was read, and its closing brace.
    private mutating func action() throws(JSONPathError) -> Action {
        let start = self.position
        while self.skip(" ") {}
        if self.skipWord("end") {
            while self.skip(" ") {}
            guard self.skip("}") else { throw self.error("{end} must be alone in its braces") }
            return .rangeEnd
        }
        let isRange = self.skipWord("range")
        let steps = try self.steps()
        guard self.skip("}") else {
            throw JSONPathError("this expression has no closing brace", at: max(0, start - 1))
        }
        return isRange ? .rangeStart(steps) : .expression(steps)
    }

    /// Reads steps up to a closing brace or the end.
    private mutating func steps() throws(JSONPathError) -> [JSONPathStep] {
        var steps: [JSONPathStep] = []
        while let next = self.peek, next != "}" {
            switch next {
            case " ", "@", "$": self.position += 1
            case ".": steps += try self.dot(after: steps.last)
            case "[": steps += try self.brackets()
            case "\"", "'": steps.append(.text(Value(try self.quoted())))
            case "+", "-", "0"..."9": steps.append(.constant(try self.number()))
            default: steps.append(.constant(try self.word()))
            }
        }
        return steps
    }

    /// Reads a field, `.*`, `..` or `..` with a field.
    private mutating func dot(after last: JSONPathStep?) throws(JSONPathError) -> [JSONPathStep] {
        self.position += 1
        guard self.peek == "." else { return [self.field()] }
        if case .recursive? = last { throw self.error("there are too many dots") }
        self.position += 1
        guard let next = self.peek, isNamePart(next) else { return [.recursive] }
        return [.recursive, self.field()]
    }

    /// Reads a name; a backslash is left out and keeps the character behind it.
    private mutating func field() -> JSONPathStep {
        var name = String.UnicodeScalarView()
        while let next = self.peek, !isTerminator(next) {
            self.position += 1
            guard next == "\\" else {
                name.append(next)
                continue
            }
            if let escaped = self.peek {
                self.position += 1
                if escaped != "\\" { name.append(escaped) }
            }
        }
        let text = String(name)
        return text == "*" ? .wildcard : .field(text)
    }

    /// Reads `true` or `false`.
    private mutating func word() throws(JSONPathError) -> Value {
        let start = self.position
        guard let first = self.peek, isNamePart(first) else {
            throw self.error("this character is not allowed here")
        }
        let word = self.take { !isTerminator($0) }
        guard word == "true" || word == "false" else {
            throw JSONPathError("a name without a dot, other than range, end, true and false", at: start)
        }
        return Value(word == "true")
    }

    private mutating func number() throws(JSONPathError) -> Value {
        let start = self.position
        self.position += 1
        _ = self.take { $0 == "." || isDigit($0) }
        let text = String(String.UnicodeScalarView(self.text[start..<self.position]))
        if let integer = Int64(text) { return Value(integer) }
        guard let double = Double(text), double.isFinite else {
            throw JSONPathError("this is not a number", at: start)
        }
        return Value(double)
    }
}

extension JSONPathParser {
    /// Reads what stands in brackets.
    private mutating func brackets() throws(JSONPathError) -> [JSONPathStep] {
        let start = self.position
        if self.text[start..<self.end].starts(with: "[?(".unicodeScalars) { return [try self.filter()] }
        self.position += 1
        let contents = self.position
        _ = self.take { $0 != "]" && $0 != "\n" }
        guard self.skip("]") else { throw JSONPathError("this bracket is not closed", at: start) }
        let commas = (contents..<self.position - 1).filter { self.text[$0] == "," }
        guard !commas.isEmpty else { return try self.subscripting(contents..<self.position - 1) }
        var paths: [[JSONPathStep]] = []
        var begin = contents
        for comma in commas + [self.position - 1] {
            paths.append(try self.subscripting(begin..<comma))
            begin = comma + 1
        }
        return [.union(paths)]
    }

    /// Reads one of the things in brackets: a name in quotes, an index or a slice.
    private func subscripting(_ range: Range<Int>) throws(JSONPathError) -> [JSONPathStep] {
        var range = range
        while let first = range.first, self.text[first] == " " { range.removeFirst() }
        while let last = range.last, self.text[last] == " " { range.removeLast() }
        let text = String(String.UnicodeScalarView(self.text[range]))
        if text == "*" { return [.slice(JSONPathSlice())] }
        if text.hasPrefix("'"), text.hasSuffix("'"), text.unicodeScalars.count > 1,
            !text.dropFirst().dropLast().contains("'")
        {
            // Between the quotes stands a path without its first dot.
            var parser = try self.nested(range.lowerBound + 1..<range.upperBound - 1)
            let first = parser.field()
            return [first] + (try parser.steps())
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.map { $0.isEmpty ? nil : Int($0) }
        let isWhole = zip(parts, numbers).allSatisfy { ($0.isEmpty || $1 != nil) && !$0.hasPrefix("+") }
        guard isWhole, parts.count <= 3 else {
            throw JSONPathError(
                "an index, a slice or a name in single quotes is expected",
                at: range.lowerBound
            )
        }
        return [
            .slice(
                JSONPathSlice(
                    start: numbers[0],
                    end: numbers.count > 1 ? numbers[1] : nil,
                    step: numbers.count > 2 ? numbers[2] : nil,
                    isIndex: numbers.count == 1
                )
            )
        ]
    }

    /// Reads `[?( … )]`.
    private mutating func filter() throws(JSONPathError) -> JSONPathStep {
        let start = self.position
        self.position += 3
        let contents = self.position
        try self.skipFilter(from: start)
        let range = contents..<self.position
        self.position += 1
        guard self.skip("]") else { throw self.error("a filter ends with )]") }
        let isOperator = { (scalar: Unicode.Scalar) in "!<>=".unicodeScalars.contains(scalar) }
        guard let begin = range.first(where: { isOperator(self.text[$0]) }), begin > range.lowerBound else {
            return .exists(try self.path(in: range))
        }
        var behind = begin
        while behind < range.upperBound, isOperator(self.text[behind]) { behind += 1 }
        let word = String(String.UnicodeScalarView(self.text[begin..<behind]))
        guard let operation = JSONPathOperator(rawValue: word) else {
            throw JSONPathError("an operator is expected: == != < <= > >=", at: begin)
        }
        guard behind < range.upperBound else { throw JSONPathError("a value is expected", at: behind) }
        return .comparison(
            try self.path(in: range.lowerBound..<begin),
            operation,
            try self.path(in: behind..<range.upperBound)
        )
    }

    /// Steps to the parenthesis that ends a filter; one within quotes does not.
    private mutating func skipFilter(from start: Int) throws(JSONPathError) {
        var quote: Unicode.Scalar?
        while let next = self.peek, next != "\n" {
            if next == ")", quote == nil { return }
            if let open = quote {
                if next == open, self.text[self.position - 1] != "\\" { quote = nil }
            } else if next == "\"" || next == "'" {
                quote = next
            }
            self.position += 1
        }
        throw JSONPathError("this filter is not closed", at: start)
    }

    private func path(in range: Range<Int>) throws(JSONPathError) -> [JSONPathStep] {
        var parser = try self.nested(range)
        let steps = try parser.steps()
        guard parser.position == parser.end else { throw parser.error("this brace is not allowed here") }
        return steps
    }

    private func nested(_ range: Range<Int>) throws(JSONPathError) -> JSONPathParser {
        guard self.depth < Self.depthLimit else {
            throw JSONPathError("there are too many filters within each other", at: range.lowerBound)
        }
        return JSONPathParser(
            text: self.text,
            position: range.lowerBound,
            end: range.upperBound,
            depth: self.depth + 1
        )
    }
}

extension JSONPathParser {
    private var peek: Unicode.Scalar? { self.position < self.end ? self.text[self.position] : nil }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard self.peek == scalar else { return false }
        self.position += 1
        return true
    }

    /// Steps over a word if it is there and ends there.
    private mutating func skipWord(_ word: String) -> Bool {
        let rest = self.text[self.position..<self.end]
        guard rest.starts(with: word.unicodeScalars) else { return false }
        let behind = rest.dropFirst(word.unicodeScalars.count).first
        guard behind.map(isTerminator) ?? true else { return false }
        self.position += word.unicodeScalars.count
        return true
    }

    private mutating func take(while belongs: (Unicode.Scalar) -> Bool) -> String {
        let start = self.position
        while let next = self.peek, belongs(next) { self.position += 1 }
        return String(String.UnicodeScalarView(self.text[start..<self.position]))
    }

    /// Reads text in quotes, which are next.
    private mutating func quoted() throws(JSONPathError) -> String {
        let start = self.position
        guard let quote = self.peek else { return "" }
        self.position += 1
        var text = String.UnicodeScalarView()
        while let next = self.peek, next != "\n" {
            self.position += 1
            if next == quote { return String(text) }
            text.append(next == "\\" ? try self.escape(in: quote) : next)
        }
        throw JSONPathError("this text has no closing quote", at: start)
    }

    /// Reads what stands behind a backslash in quotes, as in Go's strings.
    private mutating func escape(in quote: Unicode.Scalar) throws(JSONPathError) -> Unicode.Scalar {
        guard let letter = self.peek else { throw self.error("an escape is expected") }
        self.position += 1
        switch letter {
        case "a": return "\u{7}"
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{B}"
        case "\\", quote: return letter
        case "x": return try self.scalar(2, radix: 16)
        case "u": return try self.scalar(4, radix: 16)
        case "U": return try self.scalar(8, radix: 16)
        case "0"..."7":
            self.position -= 1
            return try self.scalar(3, radix: 8)
        default:
            throw JSONPathError("this escape is unknown", at: self.position - 2)
        }
    }

    /// Reads the number of a character.
    private mutating func scalar(_ count: Int, radix: Int) throws(JSONPathError) -> Unicode.Scalar {
        let digits = self.text[self.position..<min(self.end, self.position + count)]
        let text = String(String.UnicodeScalarView(digits))
        guard digits.count == count, digits.allSatisfy(\.properties.isASCIIHexDigit),
            let value = UInt32(text, radix: radix), let scalar = Unicode.Scalar(value)
        else { throw self.error("\(count) digits of a character's number are expected") }
        self.position += count
        return scalar
    }

    private func error(_ reason: String) -> JSONPathError {
        JSONPathError(reason, at: self.position)
    }
}

/// Whether a name without quotes ends before that character.
private func isTerminator(_ scalar: Unicode.Scalar) -> Bool {
    " \t\r\n.,[]$@{}".unicodeScalars.contains(scalar)
}

private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

private func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
}
