import JSONText
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
        let type = self.schema.objectMeta
        var metadata: UInt32 = 0
        var fields: [NumberedField] = []
        var reader = ProtobufReader(range)
        while let content = try self.next(&reader, in: bytes) {
            if case .bytes(1, let range) = content, let type {
                metadata = try self.document.add(Document.Node(kind: .null))
                try self.decode(type, as: metadata, in: range, of: bytes, depth: 1)
            } else {
                let value = try self.guessed(content, in: bytes, depth: 1)
                fields.append(NumberedField(number: content.number, value: value))
            }
        }
        if metadata != 0 {
            self.document.nodes[Int(metadata)].name = try self.document.addText("metadata")
            self.document.link(metadata, to: node)
        }
        try self.add(&fields, to: node)
    }

    /// Adds fields to an object under their numbers; one that repeats becomes an array.
    private mutating func add(_ fields: inout [NumberedField], to object: UInt32) throws(CodecError) {
        fields.sort { ($0.number, $0.value) < ($1.number, $1.value) }
        var start = 0
        while start < fields.count {
            let number = fields[start].number
            let end = fields[start...].firstIndex { $0.number != number } ?? fields.count
            var member = fields[start].value
            if end - start > 1 {
                member = try self.document.add(Document.Node(kind: .array))
                for field in fields[start..<end] { self.document.link(field.value, to: member) }
            }
            self.document.nodes[Int(member)].name = try self.document.addText(String(number))
            self.document.link(member, to: object)
            start = end
        }
        self.document.orderMembers(of: object)
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
            var fields: [NumberedField] = []
            var reader = ProtobufReader(range)
            while let content = try self.next(&reader, in: bytes) {
                let value = try self.guessed(content, in: bytes, depth: depth + 1)
                fields.append(NumberedField(number: content.number, value: value))
            }
            try self.add(&fields, to: object)
            return object
        }
    }

    private mutating func text(_ range: Document.TextRange) throws(CodecError) -> UInt32 {
        var node = Document.Node(kind: .string)
        node.textRange = range
        return try self.document.add(node)
    }
}

/// A field of a message that no table describes.
private struct NumberedField {
    var number: Int
    /// Nodes are numbered as they are added, so a later one has the higher number.
    var value: UInt32
}

/// Whether bytes are UTF-8 without control characters but tabs and line ends.
private func isText(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
    bytes.extracting(range).withUnsafeBytes { text in
        var position = 0
        while position < text.count {
            let length = utf8Length(at: position, of: text)
            guard length > 0, text[position] >= 0x20 || [0x09, 0x0A, 0x0D].contains(text[position]) else {
                return false
            }
            position += length
        }
        return true
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
