import JSONText

/// Reads CBOR into a document, as Kubernetes stores custom resources with the gate `CBORServingAndStorage`.
///
/// Every item begins with one byte, the upper three bits its major type, the lower five its argument or how
/// many bytes hold that:
///
///     major  item               argument            becomes
///         0  unsigned integer   value               integer; above Int64 an error
///         1  negative integer   -1 - value          integer; below Int64 an error
///         2  byte string        byte count          string
///         3  text string        byte count          string; no UTF-8 is an error
///         4  array              element count       array
///         5  map                pair count          object; keys are strings, one twice is an error
///         6  tag                number              0, 1: time as text; 21, 22, 23: byte strings in it as
///                                                   base64url, base64, hexadecimal; others are ignored
///         7  simple or float    value or 16, 32,    false, true, null, number
///                               64 bits
///
/// An argument of 31 is an indefinite length, which a break (0xFF) ends.
///
/// Source: RFC 8949; kubernetes/apimachinery `pkg/runtime/serializer/cbor/internal/modes/decode.go`.
struct CBORReader {
    private(set) var position: Int
    let end: Int

    /// Adds the CBOR item in `range` of `bytes` as `node`, which is in `document` and has no children.
    ///
    /// - Throws: `.truncated`, `.malformed` or `.tooLarge`, with the offset in `bytes`.
    static func read(
        _ bytes: RawSpan,
        in range: Range<Int>,
        as node: UInt32,
        of document: inout Document,
        depth: Int = 0
    ) throws(CodecError) {
        var reader = CBORReader(position: range.lowerBound, end: range.upperBound)
        try reader.item(in: bytes, as: node, of: &document, Surroundings(depth: depth))
        guard reader.position == reader.end else {
            throw CodecError(.malformed("CBOR goes on after its value"), at: reader.position)
        }
    }

    /// What the items above an item say about it.
    struct Surroundings {
        /// Containers around it.
        var depth: Int
        /// How byte strings become text.
        var byteText = ByteText.utf8
    }

    private mutating func item(
        in bytes: RawSpan,
        as node: UInt32,
        of document: inout Document,
        _ surroundings: Surroundings
    ) throws(CodecError) {
        var surroundings = surroundings
        while true {
            let start = self.position
            let head = try self.head(in: bytes)
            switch head.major {
            case 0, 1: document.nodes[Int(node)].set(integer: try head.integer(at: start))
            case 2, 3:
                let text = try self.string(head, surroundings.byteText, in: bytes, of: &document)
                document.nodes[Int(node)].kind = .string
                document.nodes[Int(node)].textRange = text
            case 4:
                try self.array(head, in: bytes, as: node, of: &document, surroundings.inContainer(at: start))
            case 5:
                try self.map(head, in: bytes, as: node, of: &document, surroundings.inContainer(at: start))
            case 6:
                guard head.argument <= 1 else {
                    surroundings.byteText = try surroundings.byteText.changed(by: head, at: start)
                    continue
                }
                try self.time(isEpoch: head.argument == 1, in: bytes, as: node, of: &document)
            default: try self.simple(head, at: start, as: node, of: &document)
            }
            return
        }
    }

    private mutating func array(
        _ head: CBORHead,
        in bytes: RawSpan,
        as node: UInt32,
        of document: inout Document,
        _ surroundings: Surroundings
    ) throws(CodecError) {
        document.nodes[Int(node)].kind = .array
        var count: UInt64 = 0
        while try self.hasNext(of: head, after: count, in: bytes) {
            let element = try document.add(Document.Node(kind: .null), to: node)
            try self.item(in: bytes, as: element, of: &document, surroundings)
            count += 1
        }
    }

    private mutating func map(
        _ head: CBORHead,
        in bytes: RawSpan,
        as node: UInt32,
        of document: inout Document,
        _ surroundings: Surroundings
    ) throws(CodecError) {
        let start = self.position
        document.nodes[Int(node)].kind = .object
        var count: UInt64 = 0
        while try self.hasNext(of: head, after: count, in: bytes) {
            let name = try self.name(surroundings.byteText, in: bytes, of: &document)
            let member = try document.add(Document.Node(name: name, kind: .null), to: node)
            try self.item(in: bytes, as: member, of: &document, surroundings)
            count += 1
        }
        document.orderMembers(of: node)
        guard Value(document: document, node: node).count == count else {
            throw CodecError(.malformed("a CBOR map has one key twice"), at: start)
        }
    }

    private mutating func name(
        _ byteText: ByteText,
        in bytes: RawSpan,
        of document: inout Document
    ) throws(CodecError) -> Document.TextRange {
        let start = self.position
        let head = try self.head(in: bytes)
        guard head.major == 2 || head.major == 3 else {
            throw CodecError(.malformed("a key in CBOR is not a string"), at: start)
        }
        return try self.string(head, byteText, in: bytes, of: &document)
    }

    /// Whether a container that has `count` elements or pairs goes on; steps over its break.
    private mutating func hasNext(
        of head: CBORHead,
        after count: UInt64,
        in bytes: RawSpan
    ) throws(CodecError) -> Bool {
        guard head.isIndefinite else { return count < head.argument }
        guard self.position < self.end else { throw CodecError(.truncated, at: self.position) }
        guard bytes.unsafeLoad(fromByteOffset: self.position, as: UInt8.self) == 0xFF else { return true }
        self.position += 1
        return false
    }

    /// Reads the content of tag 0, RFC 3339 text, or tag 1, seconds since 1970.
    private mutating func time(
        isEpoch: Bool,
        in bytes: RawSpan,
        as node: UInt32,
        of document: inout Document
    ) throws(CodecError) {
        let start = self.position
        let head = try self.head(in: bytes)
        var text: String?
        switch head.major {
        case 3 where !isEpoch:
            let range = try self.string(head, .utf8, in: bytes, of: &document)
            text = CBORTime.text(rfc3339: document.string(range))
        case 0 where isEpoch, 1 where isEpoch:
            text = CBORTime.text(seconds: try head.integer(at: start), nanoseconds: 0)
        case 7 where isEpoch:
            text = head.float.flatMap { CBORTime.text(seconds: $0) }
        default: break
        }
        guard let text else { throw CodecError(.malformed("a time in CBOR cannot be read"), at: start) }
        let range = try document.addText(text)
        document.nodes[Int(node)].kind = .string
        document.nodes[Int(node)].textRange = range
    }

    private func simple(
        _ head: CBORHead,
        at start: Int,
        as node: UInt32,
        of document: inout Document
    ) throws(CodecError) {
        if let float = head.float {
            guard float.isFinite else {
                throw CodecError(.malformed("JSON has no infinity and no NaN"), at: start)
            }
            let text = try document.addText(goFloatText(float))
            document.nodes[Int(node)].kind = .number
            document.nodes[Int(node)].textRange = text
            return
        }
        switch head.first {
        case 0xF4: document.nodes[Int(node)].kind = .false
        case 0xF5: document.nodes[Int(node)].kind = .true
        case 0xF6: document.nodes[Int(node)].kind = .null
        default: throw CodecError(.malformed("CBOR has a simple value that JSON does not have"), at: start)
        }
    }
}

extension CBORReader {
    /// Reads an item's first byte and its argument.
    private mutating func head(in bytes: RawSpan) throws(CodecError) -> CBORHead {
        let start = self.position
        guard start < self.end else { throw CodecError(.truncated, at: start) }
        let first = bytes.unsafeLoad(fromByteOffset: start, as: UInt8.self)
        self.position += 1
        var head = CBORHead(first: first, argument: UInt64(first & 31))
        switch first & 31 {
        case 24...27:
            let width = 1 << Int(first & 3)
            guard width <= self.end - self.position else { throw CodecError(.truncated, at: self.end) }
            head.argument = 0
            for _ in 0..<width {
                let byte = bytes.unsafeLoad(fromByteOffset: self.position, as: UInt8.self)
                head.argument = head.argument << 8 | UInt64(byte)
                self.position += 1
            }
        case 28...30: throw CodecError(.malformed("CBOR has a reserved first byte"), at: start)
        case 31:
            guard 2...5 ~= head.major else {
                throw CodecError(.malformed("CBOR has a length or a break in a wrong place"), at: start)
            }
        default: break
        }
        return head
    }

    /// Reads the rest of a byte or text string.
    private mutating func string(
        _ head: CBORHead,
        _ byteText: ByteText,
        in bytes: RawSpan,
        of document: inout Document
    ) throws(CodecError) -> Document.TextRange {
        let start = document.text.count
        if head.isIndefinite {
            while try self.hasNext(of: head, after: 0, in: bytes) {
                let place = self.position
                let chunk = try self.head(in: bytes)
                guard chunk.major == head.major, !chunk.isIndefinite else {
                    throw CodecError(.malformed("a CBOR string has a part that is not a string"), at: place)
                }
                try self.chunk(chunk, in: bytes, of: &document)
            }
        } else {
            try self.chunk(head, in: bytes, of: &document)
        }
        if head.major == 2, byteText != .utf8 {
            let text = byteText.text(of: document.text[start...])
            document.text.removeSubrange(start...)
            return try document.addText(text)
        }
        return document.textRange(from: start)
    }

    private mutating func chunk(
        _ head: CBORHead,
        in bytes: RawSpan,
        of document: inout Document
    ) throws(CodecError) {
        guard head.argument <= UInt64(self.end - self.position) else {
            throw CodecError(.truncated, at: self.position)
        }
        let range = self.position..<self.position + Int(head.argument)
        if head.major == 3 {
            let isText = bytes.extracting(range).withUnsafeBytes(isUTF8)
            guard isText else {
                throw CodecError(.malformed("a CBOR text is not UTF-8"), at: range.lowerBound)
            }
        }
        _ = try document.addText(range, of: bytes)
        self.position = range.upperBound
    }
}

extension CBORReader.Surroundings {
    /// What holds for the elements of a container at `position`.
    fileprivate func inContainer(at position: Int) throws(CodecError) -> Self {
        guard self.depth < Limits.depth else {
            throw CodecError(.tooLarge("\(Limits.depth) levels of CBOR"), at: position)
        }
        return Self(depth: self.depth + 1, byteText: self.byteText)
    }
}

extension Document.Node {
    fileprivate mutating func set(integer: Int64) {
        self.kind = .integer
        self.payload = UInt64(bitPattern: integer)
    }
}

private func isUTF8(_ text: UnsafeRawBufferPointer) -> Bool {
    var position = 0
    while position < text.count {
        let length = utf8Length(at: position, of: text)
        guard length > 0 else { return false }
        position += length
    }
    return true
}

extension Document {
    /// Reads CBOR, with or without the tag that says so.
    ///
    /// - Throws: `.truncated`, `.malformed` or `.tooLarge`, with the offset.
    public init(cbor bytes: [UInt8]) throws(CodecError) {
        self.init()
        try CBORReader.read(bytes.span.bytes, in: 0..<bytes.count, as: Document.rootNode, of: &self)
    }
}
