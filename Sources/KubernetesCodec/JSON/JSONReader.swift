/// Reads JSON text into a document.
///
/// As Go's `encoding/json`: of two members with one name the last stays, a lone surrogate becomes U+FFFD,
/// and bytes that are not UTF-8 are kept until they are printed.
///
/// Source: RFC 8259.
struct JSONReader {
    private var position: Int
    private let end: Int

    /// Adds the JSON text in `range` of `bytes` as `node`, which is in `document` and has no children.
    ///
    /// White space around it is skipped.
    ///
    /// - Throws: `.truncated`, `.malformed` or `.tooLarge`, with the offset in `bytes`.
    static func read(
        _ bytes: RawSpan,
        in range: Range<Int>,
        as node: UInt32,
        of document: inout Document,
        depth: Int = 0
    ) throws(CodecError) {
        var reader = JSONReader(position: range.lowerBound, end: range.upperBound)
        try reader.value(in: bytes, as: node, of: &document, depth: depth)
        reader.skipSpace(in: bytes)
        guard reader.position == reader.end else {
            throw CodecError(.malformed("JSON goes on after its value"), at: reader.position)
        }
    }

    private func peek(in bytes: RawSpan) throws(CodecError) -> UInt8 {
        guard self.position < self.end else { throw CodecError(.truncated, at: self.position) }
        return bytes.unsafeLoad(fromByteOffset: self.position, as: UInt8.self)
    }

    private mutating func skipSpace(in bytes: RawSpan) {
        while self.position < self.end {
            switch bytes.unsafeLoad(fromByteOffset: self.position, as: UInt8.self) {
            case 0x20, 0x09, 0x0A, 0x0D: self.position += 1
            default: return
            }
        }
    }

    private mutating func value(
        in bytes: RawSpan,
        as node: UInt32,
        of document: inout Document,
        depth: Int
    ) throws(CodecError) {
        self.skipSpace(in: bytes)
        switch try self.peek(in: bytes) {
        case UInt8(ascii: "{"):
            try self.object(in: bytes, as: node, of: &document, depth: depth)
        case UInt8(ascii: "["):
            try self.array(in: bytes, as: node, of: &document, depth: depth)
        case UInt8(ascii: "\""):
            let text = try self.string(in: bytes, of: &document)
            document.nodes[Int(node)].kind = .string
            document.nodes[Int(node)].textRange = text
        case UInt8(ascii: "t"):
            try self.word("true", in: bytes)
            document.nodes[Int(node)].kind = .true
        case UInt8(ascii: "f"):
            try self.word("false", in: bytes)
            document.nodes[Int(node)].kind = .false
        case UInt8(ascii: "n"):
            try self.word("null", in: bytes)
            document.nodes[Int(node)].kind = .null
        default:
            try self.number(in: bytes, as: node, of: &document)
        }
    }

    private mutating func object(
        in bytes: RawSpan,
        as node: UInt32,
        of document: inout Document,
        depth: Int
    ) throws(CodecError) {
        try self.enter(depth)
        document.nodes[Int(node)].kind = .object
        guard try !self.closes(UInt8(ascii: "}"), in: bytes) else { return }
        repeat {
            self.skipSpace(in: bytes)
            guard try self.peek(in: bytes) == UInt8(ascii: "\"") else {
                throw CodecError(.malformed("a member's name is expected in JSON"), at: self.position)
            }
            let name = try self.string(in: bytes, of: &document)
            self.skipSpace(in: bytes)
            guard try self.peek(in: bytes) == UInt8(ascii: ":") else {
                throw CodecError(.malformed("a colon is expected in JSON"), at: self.position)
            }
            self.position += 1
            let member = try document.add(Document.Node(name: name, kind: .null), to: node)
            try self.value(in: bytes, as: member, of: &document, depth: depth + 1)
        } while try self.goesOn(before: UInt8(ascii: "}"), in: bytes)
        document.orderMembers(of: node)
    }

    private mutating func array(
        in bytes: RawSpan,
        as node: UInt32,
        of document: inout Document,
        depth: Int
    ) throws(CodecError) {
        try self.enter(depth)
        document.nodes[Int(node)].kind = .array
        guard try !self.closes(UInt8(ascii: "]"), in: bytes) else { return }
        repeat {
            let element = try document.add(Document.Node(kind: .null), to: node)
            try self.value(in: bytes, as: element, of: &document, depth: depth + 1)
        } while try self.goesOn(before: UInt8(ascii: "]"), in: bytes)
    }

    /// Steps into a container.
    private mutating func enter(_ depth: Int) throws(CodecError) {
        guard depth < Limits.depth else {
            throw CodecError(.tooLarge("\(Limits.depth) levels of JSON"), at: self.position)
        }
        self.position += 1
    }

    /// Steps over the end of an empty container.
    private mutating func closes(_ end: UInt8, in bytes: RawSpan) throws(CodecError) -> Bool {
        self.skipSpace(in: bytes)
        guard try self.peek(in: bytes) == end else { return false }
        self.position += 1
        return true
    }

    /// Steps over a comma, or over the end.
    private mutating func goesOn(before end: UInt8, in bytes: RawSpan) throws(CodecError) -> Bool {
        self.skipSpace(in: bytes)
        let byte = try self.peek(in: bytes)
        guard byte == UInt8(ascii: ",") || byte == end else {
            throw CodecError(.malformed("a comma or an end is expected in JSON"), at: self.position)
        }
        self.position += 1
        return byte == UInt8(ascii: ",")
    }

    private mutating func word(_ word: StaticString, in bytes: RawSpan) throws(CodecError) {
        guard word.utf8CodeUnitCount <= self.end - self.position else {
            throw CodecError(.truncated, at: self.position)
        }
        let isThere = word.withUTF8Buffer { letters in
            letters.enumerated().allSatisfy { index, letter in
                bytes.unsafeLoad(fromByteOffset: self.position + index, as: UInt8.self) == letter
            }
        }
        guard isThere else { throw CodecError(.malformed("JSON has an unknown word"), at: self.position) }
        self.position += word.utf8CodeUnitCount
    }
}

extension JSONReader {
    /// Reads a string, whose opening quote is next.
    private mutating func string(
        in bytes: RawSpan,
        of document: inout Document
    ) throws(CodecError) -> Document.TextRange {
        self.position += 1
        let start = document.text.count
        var run = self.position
        while self.position < self.end {
            let byte = bytes.unsafeLoad(fromByteOffset: self.position, as: UInt8.self)
            if byte == UInt8(ascii: "\"") {
                _ = try document.addText(run..<self.position, of: bytes)
                self.position += 1
                return document.textRange(from: start)
            }
            if byte == UInt8(ascii: "\\") {
                _ = try document.addText(run..<self.position, of: bytes)
                try self.escape(in: bytes, of: &document)
                run = self.position
            } else if byte < 0x20 {
                throw CodecError(.malformed("a JSON string has a control character"), at: self.position)
            } else {
                self.position += 1
            }
        }
        throw CodecError(.truncated, at: self.position)
    }

    /// Reads an escape, whose backslash is next.
    private mutating func escape(in bytes: RawSpan, of document: inout Document) throws(CodecError) {
        self.position += 1
        let letter = try self.peek(in: bytes)
        self.position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): document.text.append(letter)
        case UInt8(ascii: "b"): document.text.append(0x08)
        case UInt8(ascii: "f"): document.text.append(0x0C)
        case UInt8(ascii: "n"): document.text.append(0x0A)
        case UInt8(ascii: "r"): document.text.append(0x0D)
        case UInt8(ascii: "t"): document.text.append(0x09)
        case UInt8(ascii: "u"):
            document.text.append(contentsOf: Array(String(try self.scalar(in: bytes)).utf8))
        default:
            throw CodecError(.malformed("a JSON string has an unknown escape"), at: self.position - 1)
        }
    }

    /// The scalar of one `\u` escape or a pair of them, whose digits are next; U+FFFD for half a pair.
    private mutating func scalar(in bytes: RawSpan) throws(CodecError) -> Unicode.Scalar {
        let first = try self.hexadecimal(in: bytes)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard first < 0xDC00, self.end - self.position >= 6,
            bytes.unsafeLoad(fromByteOffset: self.position, as: UInt8.self) == UInt8(ascii: "\\"),
            bytes.unsafeLoad(fromByteOffset: self.position + 1, as: UInt8.self) == UInt8(ascii: "u")
        else { return replacement }
        let before = self.position
        self.position += 2
        let second = try self.hexadecimal(in: bytes)
        guard (0xDC00..<0xE000).contains(second) else {
            self.position = before
            return replacement
        }
        return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) ?? replacement
    }

    private mutating func hexadecimal(in bytes: RawSpan) throws(CodecError) -> UInt32 {
        guard self.end - self.position >= 4 else { throw CodecError(.truncated, at: self.end) }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes.unsafeLoad(fromByteOffset: self.position, as: UInt8.self)
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw CodecError(.malformed("a JSON escape does not have four digits"), at: self.position)
            }
            value = value << 4 | UInt32(digit)
            self.position += 1
        }
        return value
    }

    /// Reads a number: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
    private mutating func number(
        in bytes: RawSpan,
        as node: UInt32,
        of document: inout Document
    ) throws(CodecError) {
        let start = self.position
        self.skip(UInt8(ascii: "-"), in: bytes)
        let hasLeadingZero = try self.peek(in: bytes) == UInt8(ascii: "0")
        let (digitCount, magnitude) = self.digits(in: bytes)
        var isNumber = digitCount == 1 || digitCount > 1 && !hasLeadingZero
        var isWhole = true
        if self.skip(UInt8(ascii: "."), in: bytes) {
            isWhole = false
            isNumber = isNumber && self.digits(in: bytes).count > 0
        }
        if self.skip(UInt8(ascii: "e"), in: bytes) || self.skip(UInt8(ascii: "E"), in: bytes) {
            isWhole = false
            if !self.skip(UInt8(ascii: "+"), in: bytes) { self.skip(UInt8(ascii: "-"), in: bytes) }
            isNumber = isNumber && self.digits(in: bytes).count > 0
        }
        guard isNumber else { throw CodecError(.malformed("a JSON value is expected"), at: start) }
        let isNegative = bytes.unsafeLoad(fromByteOffset: start, as: UInt8.self) == UInt8(ascii: "-")
        let limit = UInt64(Int64.max) + (isNegative ? 1 : 0)
        let isMinusZero = isNegative && magnitude == 0
        if isWhole, !isMinusZero, let magnitude, magnitude <= limit {
            document.nodes[Int(node)].kind = .integer
            document.nodes[Int(node)].payload = isNegative ? 0 &- magnitude : magnitude
        } else {
            document.nodes[Int(node)].kind = .number
            let text = try document.addText(start..<self.position, of: bytes)
            document.nodes[Int(node)].textRange = text
        }
    }

    @discardableResult
    private mutating func skip(_ letter: UInt8, in bytes: RawSpan) -> Bool {
        guard self.position < self.end,
            bytes.unsafeLoad(fromByteOffset: self.position, as: UInt8.self) == letter
        else { return false }
        self.position += 1
        return true
    }

    /// Steps over digits; their value when a `UInt64` holds it.
    private mutating func digits(in bytes: RawSpan) -> (count: Int, value: UInt64?) {
        let start = self.position
        var value: UInt64? = 0
        while self.position < self.end {
            let digit = bytes.unsafeLoad(fromByteOffset: self.position, as: UInt8.self) &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            if let before = value {
                let (tens, isOver) = before.multipliedReportingOverflow(by: 10)
                let (sum, isOverToo) = tens.addingReportingOverflow(UInt64(digit))
                value = isOver || isOverToo ? nil : sum
            }
            self.position += 1
        }
        return (self.position - start, value)
    }
}

extension Document {
    /// Reads JSON text.
    ///
    /// - Throws: `.truncated`, `.malformed` or `.tooLarge`.
    public init(json bytes: [UInt8]) throws(CodecError) {
        self.init()
        guard bytes.count <= Limits.textByteCount else {
            throw CodecError(.tooLarge("\(Limits.textByteCount >> 20) MiB"))
        }
        try JSONReader.read(bytes.span.bytes, in: 0..<bytes.count, as: Document.rootNode, of: &self)
    }
}
