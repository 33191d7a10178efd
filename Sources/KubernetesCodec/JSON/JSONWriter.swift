import JSONText

/// Writes values as JSON text, the way Go's `encoding/json` does; strings as ``GoJSON`` has them.
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
        case .string: self.string(node.textRange, of: document)
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
                    self.string(record.name, of: document)
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

    private mutating func string(_ text: Document.TextRange, of document: borrowing Document) {
        document.text.withUnsafeBytes { all in
            GoJSON.append(UnsafeRawBufferPointer(rebasing: all[text.bytes]), to: &self.bytes)
        }
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
