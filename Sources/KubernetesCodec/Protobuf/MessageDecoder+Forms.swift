import ProtobufWire

/// Messages that do not show as an object of their fields.
extension MessageDecoder {
    /// Decodes a message of one of the forms that Go code writes.
    ///
    /// Source: kubernetes/apimachinery `pkg/apis/meta/v1/{time,micro_time,duration}.go`,
    /// `pkg/api/resource/quantity.go`, `pkg/util/intstr/intstr.go`, `pkg/runtime/extension.go`;
    /// kubernetes/apiextensions-apiserver `pkg/apis/apiextensions/v1/marshal.go`.
    mutating func decodeForm(
        _ type: Schema.Message,
        as node: UInt32,
        in range: Range<Int>,
        of bytes: RawSpan,
        depth: Int
    ) throws(CodecError) {
        switch type.form {
        case .object: break
        case .time, .microtime: try self.time(type.form, as: node, in: range, of: bytes)
        case .duration:
            let parts = try self.scalars(in: range, of: bytes)
            try self.setString(goDurationText(Int64(bitPattern: parts.first)), of: node)
        case .quantity: try self.quantity(as: node, in: range, of: bytes)
        case .intorstring: try self.intOrString(as: node, in: range, of: bytes)
        case .rawjson: try self.rawJSON(as: node, in: range, of: bytes, depth: depth)
        case .list, .map: try self.container(type, as: node, in: range, of: bytes, depth: depth)
        case .schemaorbool, .schemaorarray, .schemaorstrings:
            try self.choice(type, as: node, in: range, of: bytes, depth: depth)
        }
    }

    mutating func setString(_ string: String, of node: UInt32) throws(CodecError) {
        let text = try self.document.addText(string)
        self.document.nodes[Int(node)].kind = .string
        self.document.nodes[Int(node)].textRange = text
    }

    /// Fields 1 and 2 as integers, and fields 1 and 3 as bytes; what the small messages are made of.
    private func scalars(
        in range: Range<Int>,
        of bytes: RawSpan
    ) throws(CodecError) -> (first: UInt64, second: UInt64, firstBytes: Range<Int>?, thirdBytes: Range<Int>?)
    {
        var parts = (
            first: UInt64(0), second: UInt64(0), firstBytes: Range<Int>?.none, thirdBytes: Range<Int>?.none
        )
        var reader = ProtobufReader(range)
        while let content = try self.next(&reader, in: bytes) {
            switch content {
            case .varint(1, let value): parts.first = value
            case .varint(2, let value): parts.second = value
            case .bytes(1, let range): parts.firstBytes = range
            case .bytes(3, let range): parts.thirdBytes = range
            default: break
            }
        }
        return parts
    }

    private mutating func time(
        _ form: Schema.Form,
        as node: UInt32,
        in range: Range<Int>,
        of bytes: RawSpan
    ) throws(CodecError) {
        guard !range.isEmpty else { return self.document.nodes[Int(node)].kind = .null }
        let parts = try self.scalars(in: range, of: bytes)
        let nanoseconds = form == .microtime ? Int32(truncatingIfNeeded: parts.second) : nil
        guard let text = rfc3339Text(seconds: Int64(bitPattern: parts.first), nanoseconds: nanoseconds) else {
            throw CodecError(.malformed("a time lies outside of the years 0 to 9999"), at: range.lowerBound)
        }
        try self.setString(text, of: node)
    }

    private mutating func quantity(as node: UInt32, in range: Range<Int>, of bytes: RawSpan)
        throws(CodecError)
    {
        guard let text = try self.scalars(in: range, of: bytes).firstBytes, !text.isEmpty else {
            return try self.setString("0", of: node)
        }
        let copy = try self.document.addText(text, of: bytes)
        self.document.nodes[Int(node)].kind = .string
        self.document.nodes[Int(node)].textRange = copy
    }

    private mutating func intOrString(as node: UInt32, in range: Range<Int>, of bytes: RawSpan)
        throws(CodecError)
    {
        let parts = try self.scalars(in: range, of: bytes)
        if parts.first == 1 {
            let text = try parts.thirdBytes.map { (range) throws(CodecError) in
                try self.document.addText(range, of: bytes)
            }
            self.document.nodes[Int(node)].kind = .string
            self.document.nodes[Int(node)].textRange = text ?? Document.TextRange()
        } else {
            self.document.nodes[Int(node)].kind = .integer
            let value = Int64(Int32(truncatingIfNeeded: parts.second))
            self.document.nodes[Int(node)].payload = UInt64(bitPattern: value)
        }
    }

    private mutating func rawJSON(
        as node: UInt32,
        in range: Range<Int>,
        of bytes: RawSpan,
        depth: Int
    ) throws(CodecError) {
        guard let raw = try self.scalars(in: range, of: bytes).firstBytes, !raw.isEmpty else {
            return self.document.nodes[Int(node)].kind = .null
        }
        if Encoding(of: bytes, in: raw) == .cbor {
            try CBORReader.read(bytes, in: raw, as: node, of: &self.document, depth: depth)
        } else {
            try JSONReader.read(bytes, in: raw, as: node, of: &self.document, depth: depth)
        }
    }

    /// The array or the map that is field 1.
    private mutating func container(
        _ type: Schema.Message,
        as node: UInt32,
        in range: Range<Int>,
        of bytes: RawSpan,
        depth: Int
    ) throws(CodecError) {
        let isMap = type.form == .map
        self.document.nodes[Int(node)].kind = isMap ? .object : .array
        // Without a row in the table they are strings.
        let items =
            type.fields.first.map { self.schema.fields[$0] }
            ?? Schema.Field(number: 1, type: .string, cardinality: isMap ? .map : .repeated, flags: [])
        var reader = ProtobufReader(range)
        while let content = try self.next(&reader, in: bytes) {
            guard content.number == 1 else { continue }
            if isMap {
                try self.entry(of: items, content, map: node, in: bytes, depth: depth)
            } else {
                self.document.link(try self.value(of: items, content, in: bytes, depth: depth), to: node)
            }
        }
        if isMap { self.document.orderMembers(of: node) }
    }

    /// One of two: field 2 when it is there, field 1 otherwise.
    private mutating func choice(
        _ type: Schema.Message,
        as node: UInt32,
        in range: Range<Int>,
        of bytes: RawSpan,
        depth: Int
    ) throws(CodecError) {
        guard type.fields.count == 2, let index = type.fields.first else { return }
        let (first, second) = (self.schema.fields[index], self.schema.fields[index + 1])
        var reader = ProtobufReader(range)
        var chosen: UInt32 = 0
        while let content = try self.next(&reader, in: bytes) {
            if content.number == 2, second.cardinality == .repeated {
                if chosen == 0 || self.document.nodes[Int(chosen)].kind != .array {
                    chosen = try self.document.add(Document.Node(kind: .array))
                }
                self.document.link(try self.value(of: second, content, in: bytes, depth: depth), to: chosen)
            } else if content.number == 2 {
                chosen = try self.value(of: second, content, in: bytes, depth: depth)
            } else if content.number == 1, chosen == 0 {
                chosen = try self.value(of: first, content, in: bytes, depth: depth)
            }
        }
        var record = Document.Node(kind: type.form == .schemaorbool ? .false : .null)
        if chosen != 0 { record = self.document.nodes[Int(chosen)] }
        record.name = self.document.nodes[Int(node)].name
        record.next = self.document.nodes[Int(node)].next
        self.document.nodes[Int(node)] = record
    }
}
