/// Writes values as JSON text, the way Go's `encoding/json` does: `<`, `>`, `&`, U+2028 and U+2029 are
/// escaped, and bytes that are not UTF-8 become U+FFFD.
///
/// Source: golang/go `src/encoding/json/encode.go`.
public struct JSONWriter: Sendable {
    /// What is written so far.
    public var bytes: [UInt8] = []
    /// Spaces for each level; nil writes everything on one line.
    public var indentation: Int?
    /// The level at which values begin: the lines of an indented value are that much further in.
    public var level = 0

    public init(indentation: Int? = nil) {
        self.indentation = indentation
    }

    /// Appends a value; no space or line's end after it.
    public mutating func write(_ value: Value) {
        self.write(value.node, of: value.document)
    }

    /// Appends the document's value.
    public mutating func write(_ document: Document) {
        self.write(Document.rootNode, of: document)
    }

    mutating func write(_ index: UInt32, of document: borrowing Document) {
        let node = document.nodes[Int(index)]
        switch node.kind {
        case .null: self.append("null")
        case .false: self.append("false")
        case .true: self.append("true")
        case .integer: self.append(Int64(bitPattern: node.payload))
        case .number: self.bytes.append(contentsOf: document.text[node.textRange.bytes])
        case .string: self.append(node.textRange, of: document)
        case .array: self.container(node, UInt8(ascii: "["), UInt8(ascii: "]"), of: document)
        case .object: self.container(node, UInt8(ascii: "{"), UInt8(ascii: "}"), of: document)
        }
    }

    private mutating func container(
        _ node: Document.Node,
        _ opening: UInt8,
        _ closing: UInt8,
        of document: borrowing Document
    ) {
        self.bytes.append(opening)
        var child = node.first
        if child != 0 {
            self.level += 1
            while child != 0 {
                self.breakLine()
                let record = document.nodes[Int(child)]
                if node.kind == .object {
                    self.append(record.name, of: document)
                    self.bytes.append(UInt8(ascii: ":"))
                    if self.indentation != nil { self.bytes.append(UInt8(ascii: " ")) }
                }
                self.write(child, of: document)
                child = record.next
                if child != 0 { self.bytes.append(UInt8(ascii: ",")) }
            }
            self.level -= 1
            self.breakLine()
        }
        self.bytes.append(closing)
    }

    private mutating func breakLine() {
        guard let indentation else { return }
        self.bytes.append(0x0A)
        for _ in 0..<indentation * self.level { self.bytes.append(0x20) }
    }

    private mutating func append(_ word: StaticString) {
        word.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
    }

    private mutating func append(_ integer: Int64) {
        if integer < 0 { self.bytes.append(UInt8(ascii: "-")) }
        var rest = integer.magnitude
        let start = self.bytes.count
        repeat {
            self.bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self.bytes[start...].reverse()
    }
}

extension JSONWriter {
    /// Appends a string literal.
    private mutating func append(_ text: Document.TextRange, of document: borrowing Document) {
        self.bytes.append(UInt8(ascii: "\""))
        document.text.withUnsafeBytes { all in
            let text = UnsafeRawBufferPointer(rebasing: all[text.bytes])
            var run = 0
            var position = 0
            while position < text.count {
                let byte = text[position]
                guard isSpecial[Int(byte)] else {
                    position += 1
                    continue
                }
                let (length, isPlain) = byte < 0x80 ? (1, false) : sequence(at: position, of: text)
                if !isPlain {
                    self.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[run..<position]))
                    self.escape(text, at: position)
                    run = position + length
                }
                position += length
            }
            self.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[run...]))
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    /// Appends what stands for the character at `position` in JSON.
    private mutating func escape(_ text: UnsafeRawBufferPointer, at position: Int) {
        switch text[position] {
        case UInt8(ascii: "\""): self.append("\\\"")
        case UInt8(ascii: "\\"): self.append("\\\\")
        case 0x08: self.append("\\b")
        case 0x09: self.append("\\t")
        case 0x0A: self.append("\\n")
        case 0x0C: self.append("\\f")
        case 0x0D: self.append("\\r")
        case let byte where byte < 0x80:
            self.append("\\u00")
            self.bytes.append(hexadecimalDigit(byte >> 4))
            self.bytes.append(hexadecimalDigit(byte & 15))
        case 0xE2 where isLineSeparator(at: position, of: text):
            self.append(text[position + 2] == 0xA8 ? "\\u2028" : "\\u2029")
        default: self.append("\\ufffd")
        }
    }
}

/// The bytes that a JSON string may not hold as they are, or that begin a longer character.
private let isSpecial: [Bool] = (0..<256).map { byte in
    byte < 0x20 || byte >= 0x7F && byte != 0x7F || [0x22, 0x5C, 0x3C, 0x3E, 0x26].contains(byte)
}

private func hexadecimalDigit(_ digit: UInt8) -> UInt8 {
    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
}

/// How many bytes the character at `position` has, and whether it may stay as it is.
private func sequence(at position: Int, of text: UnsafeRawBufferPointer) -> (length: Int, isPlain: Bool) {
    let length = utf8Length(at: position, of: text)
    guard length > 0 else { return (1, false) }
    return (length, !(length == 3 && isLineSeparator(at: position, of: text)))
}

private func isLineSeparator(at position: Int, of text: UnsafeRawBufferPointer) -> Bool {
    text.count - position >= 3 && text[position] == 0xE2 && text[position + 1] == 0x80
        && (text[position + 2] == 0xA8 || text[position + 2] == 0xA9)
}

/// Bytes of the well-formed UTF-8 sequence at `position`; 0 when it is none.
///
/// Source: The Unicode Standard, table 3-7.
func utf8Length(at position: Int, of text: UnsafeRawBufferPointer) -> Int {
    let first = text[position]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch first {
    case 0..<0x80: return 1
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: return 0
    }
    guard text.count - position >= length, second.contains(text[position + 1]) else { return 0 }
    for index in 2..<max(2, length) where text[position + index] & 0xC0 != 0x80 { return 0 }
    return length
}
