import ProtobufWire

/// Objects of kinds that the table does not have.
extension MessageDecoder {
    /// Decodes the message of an unknown kind: its field 1 as metadata, all others by their numbers.
    mutating func decodeUnknown(
        as node: UInt32,
        in range: Range<Int>,
        of bytes: RawSpan
    ) throws(CodecError) {
        self.document.nodes[Int(node)].kind = .object
        var reader = ProtobufReader(range)
        while let content = try self.next(&reader, in: bytes) {
            if case .bytes(1, let range) = content, let metadata = self.schema.objectMeta {
                let member = try self.document.add(Document.Node(kind: .null))
                try self.decode(metadata, as: member, in: range, of: bytes, depth: 1)
                try self.document.insertMember("metadata", member, of: node)
            } else {
                let value = try self.guessed(content, in: bytes, depth: 1)
                try self.addByNumber(content.number, value, to: node)
            }
        }
    }

    /// Adds a field under its number; one that repeats becomes an array.
    private mutating func addByNumber(_ number: Int, _ value: UInt32, to object: UInt32) throws(CodecError) {
        let name = String(number)
        guard let known = self.document.member(Array(name.utf8), of: object) else {
            return try self.document.insertMember(name, value, of: object)
        }
        if self.document.nodes[Int(known)].kind == .array { return self.document.link(value, to: known) }
        let array = try self.document.add(Document.Node(kind: .array))
        self.document.removeMember(Array(name.utf8), of: object)
        self.document.link(known, to: array)
        self.document.link(value, to: array)
        try self.document.insertMember(name, array, of: object)
    }

    /// What a field without a type most likely is: text, else a message, else bytes.
    private mutating func guessed(
        _ content: ProtobufReader.Field,
        in bytes: RawSpan,
        depth: Int
    ) throws(CodecError) -> UInt32 {
        switch content {
        case .varint(_, let value):
            return try self.document.add(Document.Node(payload: value, kind: .integer))
        case .fixed(_, let range):
            return try self.text(self.document.addBase64(range, of: bytes))
        case .bytes(_, let range):
            if isText(bytes, range) { return try self.text(self.document.addText(range, of: bytes)) }
            guard depth < Limits.messageDepth, isMessage(bytes, range) else {
                return try self.text(self.document.addBase64(range, of: bytes))
            }
            let object = try self.document.add(Document.Node(kind: .object))
            var reader = ProtobufReader(range)
            while let content = try self.next(&reader, in: bytes) {
                let value = try self.guessed(content, in: bytes, depth: depth + 1)
                try self.addByNumber(content.number, value, to: object)
            }
            return object
        }
    }

    private mutating func text(_ range: Document.TextRange) throws(CodecError) -> UInt32 {
        var node = Document.Node(kind: .string)
        node.textRange = range
        return try self.document.add(node)
    }
}

/// Whether bytes are UTF-8 without control characters but tabs and line ends.
private func isText(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    bytes.extracting(range).withUnsafeBytes { bytes in
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        return text.unicodeScalars.allSatisfy { $0.value >= 0x20 || [0x09, 0x0A, 0x0D].contains($0.value) }
    }
}

/// Whether bytes are the fields of a message, at least at their first level.
private func isMessage(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    var reader = ProtobufReader(range)
    do {
        while try reader.next(in: bytes) != nil {}
        return true
    } catch {
        return false
    }
}
