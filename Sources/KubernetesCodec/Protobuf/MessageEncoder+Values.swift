import ProtobufWire

extension MessageEncoder {
    /// Encodes the value at `node` as one occurrence of a field.
    func encodeOne(
        _ field: Schema.Field,
        _ node: UInt32,
        to writer: inout ProtobufWriter,
        path: Path
    ) throws(CodecError) {
        let number = Int(field.number)
        let value = Value(document: self.document, node: node)
        switch field.type {
        case .string:
            guard let text = self.text(of: node) else { throw Self.wrongType(path, "a string") }
            writer.append(text, field: number)
        case .bytes:
            guard let bytes = self.text(of: node).flatMap({ Base64.decode($0) }) else {
                throw Self.wrongType(path, "a string of base64")
            }
            writer.append(bytes, field: number)
        case .boolean:
            guard let boolean = value.boolean else { throw Self.wrongType(path, "true or false") }
            writer.append(UInt64(boolean ? 1 : 0), field: number)
        case .int32:
            guard let integer = value.integer, let integer = Int32(exactly: integer) else {
                throw Self.wrongType(path, "a whole number of 32 bits")
            }
            writer.append(UInt64(bitPattern: Int64(integer)), field: number)
        case .int64:
            guard let integer = value.integer else { throw Self.wrongType(path, "a whole number of 64 bits") }
            writer.append(UInt64(bitPattern: integer), field: number)
        case .uint32:
            guard let integer = value.integer, let integer = UInt32(exactly: integer) else {
                throw Self.wrongType(path, "a whole number of 32 bits that is not negative")
            }
            writer.append(UInt64(integer), field: number)
        case .double:
            guard let double = value.double else { throw Self.wrongType(path, "a number") }
            writer.append(double: double, field: number)
        case .message:
            writer.append(try self.encode(field.message, node, path: path), field: number)
        }
    }

    /// The bytes of a string; nil for other kinds.
    private func text(of node: UInt32) -> [UInt8]? {
        let record = self.document.nodes[Int(node)]
        return record.kind == .string ? Array(self.document.text[record.textRange.bytes]) : nil
    }
}

/// Messages that do not show as an object of their fields.
extension MessageEncoder {
    /// Encodes a value as a message of one of the forms that Go code reads; see ``Schema/Form``.
    func encodeForm(_ type: Schema.Message, _ node: UInt32, path: Path) throws(CodecError) -> [UInt8] {
        var writer = ProtobufWriter()
        let value = Value(document: self.document, node: node)
        switch type.form {
        case .object: break
        case .time, .microtime:
            if value.isNull { break }
            guard let (seconds, nanoseconds) = value.string.flatMap(rfc3339Time) else {
                throw Self.wrongType(path, "a time such as 2006-01-02T15:04:05Z")
            }
            writer.append(UInt64(bitPattern: seconds), field: 1)
            writer.append(UInt64(bitPattern: Int64(nanoseconds)), field: 2)
        case .duration:
            guard let duration = value.string.flatMap(goDuration) else {
                throw Self.wrongType(path, "a duration such as 1m30s")
            }
            writer.append(UInt64(bitPattern: duration), field: 1)
        case .quantity:
            let number = value.kind == .number ? value.scalarText.map { Array($0.utf8) } : nil
            guard let text = self.text(of: node) ?? number else {
                throw Self.wrongType(path, "a quantity such as 500m or 1Gi")
            }
            writer.append(text, field: 1)
        case .intorstring: try self.intOrString(value, to: &writer, path: path)
        case .rawjson:
            if value.isNull { break }
            var text = JSONWriter()
            text.write(value)
            writer.append(text.bytes, field: 1)
        case .list, .map: try self.container(type, node, to: &writer, path: path)
        case .schemaorbool, .schemaorarray, .schemaorstrings:
            try self.choice(type, value, to: &writer, path: path)
        }
        return writer.bytes
    }

    private func intOrString(_ value: Value, to writer: inout ProtobufWriter, path: Path) throws(CodecError) {
        if let text = self.text(of: value.node) {
            writer.append(UInt64(1), field: 1)
            writer.append(UInt64(0), field: 2)
            writer.append(text, field: 3)
        } else if let integer = value.integer, let integer = Int32(exactly: integer) {
            writer.append(UInt64(0), field: 1)
            writer.append(UInt64(bitPattern: Int64(integer)), field: 2)
            writer.append([], field: 3)
        } else {
            throw Self.wrongType(path, "a whole number of 32 bits or a string")
        }
    }

    private func container(
        _ type: Schema.Message,
        _ node: UInt32,
        to writer: inout ProtobufWriter,
        path: Path
    ) throws(CodecError) {
        let isMap = type.form == .map
        try self.require(isMap ? .object : .array, node, path: path, isMap ? "an object" : "an array")
        let items =
            type.fields.first.map { self.schema.fields[$0] }
            ?? Schema.Field(number: 1, type: .string, cardinality: .repeated, flags: [])
        for (index, child) in self.document.children(of: node).enumerated() {
            if isMap {
                var entry = ProtobufWriter()
                entry.append(Array(self.document.text[self.document.nodes[Int(child)].name.bytes]), field: 1)
                var value = items
                value.number = 2
                try self.encodeOne(value, child, to: &entry, path: path.appending(index))
                writer.append(entry.bytes, field: 1)
            } else {
                try self.encodeOne(items, child, to: &writer, path: path.appending(index))
            }
        }
    }

    /// One of two: a boolean or a schema, a schema or many, a schema or strings.
    private func choice(
        _ type: Schema.Message,
        _ value: Value,
        to writer: inout ProtobufWriter,
        path: Path
    ) throws(CodecError) {
        guard type.fields.count == 2, let index = type.fields.first else { return }
        let (first, second) = (self.schema.fields[index], self.schema.fields[index + 1])
        if type.form == .schemaorbool {
            writer.append(UInt64(value.boolean == false ? 0 : 1), field: 1)
            if value.kind == .object { try self.encodeOne(second, value.node, to: &writer, path: path) }
        } else if value.kind == .array {
            for (index, element) in value.elements.enumerated() {
                try self.encodeOne(second, element.node, to: &writer, path: path.appending(index))
            }
        } else if !value.isNull {
            try self.encodeOne(first, value.node, to: &writer, path: path)
        }
    }
}
