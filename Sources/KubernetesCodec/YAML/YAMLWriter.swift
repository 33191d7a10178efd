import JSONText

/// Writes values as YAML text, byte for byte as kubectl prints them with `-o yaml`.
///
/// Kubernetes' tools turn an object into JSON and that into YAML with go-yaml v2: two spaces a level, sequences
/// in mappings not indented, names in natural order (`a2` before `a10`), lines broken after 80 columns where
/// a space allows it. Bytes that are not UTF-8 become U+FFFD, as in JSON. What kubectl refuses (control
/// characters) or loses (U+0085 becomes a space) is written with an escape, and `<<` in quotes.
///
/// Source: yaml/go-yaml (v2) `encode.go`, `emitterc.go`; kubernetes-sigs/yaml `yaml.go`.
public struct YAMLWriter: Sendable {
    /// What is written so far: whole lines.
    public var bytes: [UInt8] = []
    /// Column at which values begin: all their lines but the first are that much further in.
    public var indentation = 0
    /// Where the line begins that is being written; holds only within a call.
    var lineStart = 0

    public init() {}

    /// Appends a value and a line's end.
    public mutating func write(_ value: Value) {
        self.write(value.node, of: value.document)
    }

    /// Appends the document's value and a line's end.
    public mutating func write(_ document: Document) {
        self.write(Document.rootNode, of: document)
    }

    /// Appends `- ` and the value: an item of a sequence whose dashes stand at ``indentation``.
    public mutating func write(item value: Value) {
        self.lineStart = self.bytes.count
        self.indent(self.indentation)
        self.bytes.append(UInt8(ascii: "-"))
        self.valueInLine(value.node, at: self.indentation, of: value.document)
    }

    private mutating func write(_ index: UInt32, of document: borrowing Document) {
        // Others may have changed the bytes since.
        self.lineStart = max(0, self.bytes.count - self.indentation)
        let node = document.nodes[Int(index)]
        switch node.kind {
        case .object where node.first != 0:
            self.members(of: node, at: self.indentation, startsInLine: true, document)
        case .array where node.first != 0:
            self.elements(of: node, at: self.indentation, startsInLine: true, document)
        default:
            self.scalar(node, at: self.indentation + 2, of: document)
            self.endLine()
        }
    }
}

extension YAMLWriter {
    /// Writes the members of an object whose names stand at column `indent`.
    private mutating func members(
        of object: Document.Node,
        at indent: Int,
        startsInLine: Bool,
        _ document: borrowing Document
    ) {
        if document.areMembersInNaturalOrder(of: object) {
            var member = object.first
            while member != 0 {
                if member != object.first || !startsInLine { self.indent(indent) }
                self.member(member, at: indent, of: document)
                member = document.nodes[Int(member)].next
            }
            return
        }
        for (position, member) in document.membersInNaturalOrder(of: object).enumerated() {
            if position > 0 || !startsInLine { self.indent(indent) }
            self.member(member, at: indent, of: document)
        }
    }

    private mutating func member(_ index: UInt32, at indent: Int, of document: borrowing Document) {
        let node = document.nodes[Int(index)]
        guard self.name(node.name, at: indent, of: document) else {
            self.valueInLine(index, at: indent, of: document)
            return
        }
        switch node.kind {
        case .object where node.first != 0:
            self.breakLine()
            self.members(of: node, at: indent + 2, startsInLine: false, document)
        case .array where node.first != 0:
            self.breakLine()
            self.elements(of: node, at: indent, startsInLine: false, document)
        default:
            self.bytes.append(0x20)
            self.scalar(node, at: indent + 2, of: document)
            self.endLine()
        }
    }

    /// Writes the elements of an array whose dashes stand at column `indent`.
    private mutating func elements(
        of array: Document.Node,
        at indent: Int,
        startsInLine: Bool,
        _ document: borrowing Document
    ) {
        var element = array.first
        while element != 0 {
            if element != array.first || !startsInLine { self.indent(indent) }
            self.bytes.append(UInt8(ascii: "-"))
            self.valueInLine(element, at: indent, of: document)
            element = document.nodes[Int(element)].next
        }
    }

    /// Writes a value behind the dash, or the colon of a long name, that stands at column `indent`.
    private mutating func valueInLine(_ index: UInt32, at indent: Int, of document: borrowing Document) {
        let node = document.nodes[Int(index)]
        self.bytes.append(0x20)
        switch node.kind {
        case .object where node.first != 0:
            self.members(of: node, at: indent + 2, startsInLine: true, document)
        case .array where node.first != 0:
            self.elements(of: node, at: indent + 2, startsInLine: true, document)
        default:
            self.scalar(node, at: indent + 2, of: document)
            self.endLine()
        }
    }

    /// Writes a name and its colon; whether the value goes on as it does after a short name.
    ///
    /// A name of several lines or of more than 128 bytes stands behind a question mark, and the colon on a
    /// line of its own.
    private mutating func name(
        _ name: Document.TextRange,
        at indent: Int,
        of document: borrowing Document
    ) -> Bool {
        let isShort = document.text.withUnsafeBytes { all in
            withUTF8(UnsafeRawBufferPointer(rebasing: all[name.bytes])) { text in
                if text.count <= 128, self.inert(text) { return true }
                let shape = YAMLShape(of: text)
                let isShort = text.count <= 128 && !shape.isMultiline
                if !isShort { self.append("? ") }
                self.string(text, shape, at: indent + 2, isShortName: isShort)
                return isShort
            }
        }
        if !isShort {
            self.endLine()
            self.indent(indent)
        }
        self.bytes.append(UInt8(ascii: ":"))
        return isShort
    }

    /// Writes a scalar or an empty container; further lines of it begin at column `indent`.
    private mutating func scalar(_ node: Document.Node, at indent: Int, of document: borrowing Document) {
        switch node.kind {
        case .null: self.append("null")
        case .false: self.append("false")
        case .true: self.append("true")
        case .array: self.append("[]")
        case .object: self.append("{}")
        case .integer: self.bytes.append(contentsOf: String(Int64(bitPattern: node.payload)).utf8)
        case .number:
            document.text.withUnsafeBytes { all in
                self.number(UnsafeRawBufferPointer(rebasing: all[node.textRange.bytes]))
            }
        case .string:
            document.text.withUnsafeBytes { all in
                withUTF8(UnsafeRawBufferPointer(rebasing: all[node.textRange.bytes])) { text in
                    if self.inert(text) { return }
                    self.string(text, YAMLShape(of: text), at: indent, isShortName: false)
                }
            }
        }
    }

    /// Writes a number of JSON that is not an `Int64` as kubectl does, which takes it for a `Double`.
    private mutating func number(_ text: UnsafeRawBufferPointer) {
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
            self.bytes.append(contentsOf: text)
            return
        }
        let json = goFloatText(value)
        let printed: String =
            switch Array(json.utf8).withUnsafeBytes({ YAMLScalar($0) }) {
            case .integer(let integer): String(integer)
            case .float: GoFloat(value)?.general ?? json
            case .unsigned, .null, .boolean, .timestamp, .string: json
            }
        self.bytes.append(contentsOf: printed.utf8)
    }
}

extension YAMLWriter {
    mutating func append(_ word: StaticString) {
        word.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
    }

    mutating func indent(_ count: Int) {
        for _ in 0..<count { self.bytes.append(0x20) }
    }

    mutating func breakLine() {
        self.bytes.append(0x0A)
        self.lineStart = self.bytes.count
    }

    /// Breaks the line unless a block of text has just done so.
    private mutating func endLine() {
        if self.lineStart != self.bytes.count { self.breakLine() }
    }
}

/// Gives the text, in a copy with U+FFFD for each byte that is not UTF-8 when there are such.
private func withUTF8<Result>(
    _ text: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Result
) -> Result {
    var position = text.firstIndex { $0 >= 0x80 } ?? text.count
    while position < text.count {
        let length = utf8Length(at: position, of: text)
        if length == 0 { return repaired(text).withUnsafeBytes { body($0) } }
        position += length
    }
    return body(text)
}

private func repaired(_ text: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count + 16)
    var position = 0
    while position < text.count {
        let length = utf8Length(at: position, of: text)
        if length == 0 {
            bytes.append(contentsOf: [0xEF, 0xBF, 0xBD])
        } else {
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[position..<position + length]))
        }
        position += max(1, length)
    }
    return bytes
}
