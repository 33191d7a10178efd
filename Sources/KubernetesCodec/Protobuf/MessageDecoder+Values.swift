import ProtobufWire

extension MessageDecoder {
    /// Decodes the content of a field, or one of its elements, as a value that has no parent yet.
    mutating func value(
        of field: Schema.Field,
        _ content: ProtobufReader.Field,
        in bytes: RawSpan,
        depth: Int
    ) throws(CodecError) -> UInt32 {
        switch (field.type, content) {
        case (.message, .bytes(_, let range)):
            let node = try self.document.add(Document.Node(kind: .null))
            try self.decode(field.message, as: node, in: range, of: bytes, depth: depth + 1)
            return node
        case (.string, .bytes(_, let range)):
            return try self.string(self.document.addText(range, of: bytes))
        case (.bytes, .bytes(_, let range)):
            return try self.string(self.document.addBase64(range, of: bytes))
        case (.boolean, .varint(_, let value)):
            return try self.document.add(Document.Node(kind: value == 0 ? .false : .true))
        case (.int32, .varint(_, let value)):
            return try self.integer(Int64(Int32(truncatingIfNeeded: value)))
        case (.int64, .varint(_, let value)):
            return try self.integer(Int64(bitPattern: value))
        case (.uint32, .varint(_, let value)):
            return try self.integer(Int64(UInt32(truncatingIfNeeded: value)))
        case (.double, .fixed(_, let range)) where range.count == 8:
            return try self.double(
                bits: bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self)
            )
        default:
            throw CodecError(.malformed(wrongWireType))
        }
    }

    private mutating func string(_ text: Document.TextRange) throws(CodecError) -> UInt32 {
        var node = Document.Node(kind: .string)
        node.textRange = text
        return try self.document.add(node)
    }

    private mutating func integer(_ value: Int64) throws(CodecError) -> UInt32 {
        try self.document.add(Document.Node(payload: UInt64(bitPattern: value), kind: .integer))
    }

    private mutating func double(bits: UInt64) throws(CodecError) -> UInt32 {
        let node = try self.document.add(Document.Node(kind: .null))
        try self.document.setDouble(Double(bitPattern: UInt64(littleEndian: bits)), of: node)
        return node
    }
}

extension Document {
    /// Makes a node that number, written as Go writes a `float64` in JSON; `null` for what JSON cannot say.
    mutating func setDouble(_ value: Double, of node: UInt32) throws(CodecError) {
        if let whole = Int64(exactly: value), value != 0 || value.sign == .plus {
            self.nodes[Int(node)].kind = .integer
            self.nodes[Int(node)].payload = UInt64(bitPattern: whole)
        } else if value.isFinite {
            let text = try self.addText(goFloatText(value))
            self.nodes[Int(node)].kind = .number
            self.nodes[Int(node)].textRange = text
        } else {
            self.nodes[Int(node)].kind = .null
        }
    }

    /// Adds bytes as standard base64 with padding.
    mutating func addBase64(_ range: Range<Int>, of bytes: RawSpan) throws(CodecError) -> TextRange {
        try self.requireRoom(for: (range.count + 2) / 3 * 4)
        let start = self.text.count
        Base64.append(bytes.extracting(range), to: &self.text)
        return self.textRange(from: start)
    }
}
