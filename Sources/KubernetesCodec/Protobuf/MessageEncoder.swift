import ProtobufWire

/// Encodes a document as the protobuf message that Kubernetes' Go code would store for it.
///
/// Fields go in order of their numbers, entries of maps in order of their keys. A field that is no
/// pointer and that JSON leaves out when it is zero is written as zero; one that JSON always shows and
/// that is missing was not stored, so it is not written.
///
/// Source: gogo/protobuf's generated `Marshal` methods in kubernetes/api.
struct MessageEncoder {
    let schema = Schema.known
    let document: Document

    /// Encodes the object at `node` as `message`; `path` says where it lies, for errors.
    ///
    /// - Throws: `.unencodable` for a member that the message does not have, or a value of another type.
    func encode(_ message: UInt16, _ node: UInt32, path: Path) throws(CodecError) -> [UInt8] {
        let type = self.schema.messages[Int(message)]
        guard type.form == .object else { return try self.encodeForm(type, node, path: path) }
        try self.require(.object, node, path: path, "an object")
        let members = try self.members(of: node, as: type, path: path)
        return try self.encodeFields(of: type, members, path: path)
    }

    /// The nodes of an object's members by their place among the message's; 0 for those that are missing.
    private func members(of node: UInt32, as type: Schema.Message, path: Path) throws(CodecError) -> [UInt32]
    {
        var members = [UInt32](repeating: 0, count: type.members.count)
        let names = self.schema.members[type.members].map { self.schema.names[$0.bytes] }
        var member = self.document.nodes[Int(node)].first
        var place = 0
        while member != 0 {
            let name = self.document.text[self.document.nodes[Int(member)].name.bytes]
            while place < names.count, names[place].lexicographicallyPrecedes(name) { place += 1 }
            if place < names.count, names[place].elementsEqual(name) {
                members[place] = member
            } else if !isType(name, ofObjectWith: names) {
                let name = String(decoding: name, as: UTF8.self)
                throw CodecError(.unencodable("\(path.appending(name)) is not a field of this kind"))
            }
            member = self.document.nodes[Int(member)].next
        }
        return members
    }

    private func encodeFields(
        of type: Schema.Message,
        _ members: [UInt32],
        path: Path
    ) throws(CodecError) -> [UInt8] {
        var writer = ProtobufWriter()
        for field in self.schema.fields[type.fields] {
            if field.cardinality == .inline {
                let inlined = self.schema.messages[Int(field.message)]
                let inner = self.inlinedMembers(of: field, inlined, members)
                writer.append(try self.encodeFields(of: inlined, inner, path: path), field: Int(field.number))
            } else if field.member != Schema.noMember {
                let node = members[Int(field.member)]
                let name = self.schema.members[type.members.lowerBound + Int(field.member)]
                let path = path.appending(String(decoding: self.schema.names[name.bytes], as: UTF8.self))
                try self.encode(field, node, to: &writer, path: path)
            }
        }
        return writer.bytes
    }

    private func inlinedMembers(
        of field: Schema.Field,
        _ inlined: Schema.Message,
        _ members: [UInt32]
    ) -> [UInt32] {
        (0..<inlined.members.count).map { place in
            let member = self.schema.inlinedMembers[field.inlinedMembers + place]
            return member == Schema.noMember ? 0 : members[Int(member)]
        }
    }

    /// Encodes one field; `node` is 0 when the object does not have it.
    private func encode(
        _ field: Schema.Field,
        _ node: UInt32,
        to writer: inout ProtobufWriter,
        path: Path
    ) throws(CodecError) {
        let isNull = node != 0 && self.document.nodes[Int(node)].kind == .null
        if node == 0 || isNull {
            if self.isWrittenAsZero(field, isNull: isNull) { writeZero(of: field, to: &writer) }
            return
        }
        switch field.cardinality {
        case .single: try self.encodeOne(field, node, to: &writer, path: path)
        case .repeated:
            try self.require(.array, node, path: path, "an array")
            for (index, element) in self.document.children(of: node).enumerated() {
                try self.encodeOne(field, element, to: &writer, path: path.appending(index))
            }
        case .map:
            try self.require(.object, node, path: path, "an object")
            for element in self.document.children(of: node) {
                let name = self.document.nodes[Int(element)].name
                var entry = ProtobufWriter()
                entry.append(Array(self.document.text[name.bytes]), field: 1)
                var value = field
                value.number = 2
                let path = path.appending(self.document.string(name))
                try self.encodeOne(value, element, to: &entry, path: path)
                writer.append(entry.bytes, field: Int(field.number))
            }
        case .inline: break
        }
    }

    /// Whether gogo writes a field that is `null` in the object or not there.
    private func isWrittenAsZero(_ field: Schema.Field, isNull: Bool) -> Bool {
        guard field.cardinality == .single else { return false }
        if field.type == .message {
            let form = self.schema.messages[Int(field.message)].form
            guard form != .list, form != .map else { return false }
            guard isNull else { return field.flags.contains(.omitZero) }
            return !field.flags.contains(.pointer) || field.flags.contains(.omitEmpty)
        }
        return !isNull && field.type != .bytes && field.flags.contains(.omitEmpty)
            && field.flags.isDisjoint(with: [.pointer, .dropped])
    }

    private func writeZero(of field: Schema.Field, to writer: inout ProtobufWriter) {
        switch field.type {
        case .string, .bytes, .message: writer.append([], field: Int(field.number))
        case .double: writer.append(double: 0, field: Int(field.number))
        case .boolean, .int32, .int64, .uint32: writer.append(UInt64(0), field: Int(field.number))
        }
    }
}

extension MessageEncoder {
    /// Where a value lies in the object, for errors: `spec.containers[0].name`.
    struct Path: CustomStringConvertible {
        private(set) var description = ""

        func appending(_ name: String) -> Path {
            Path(description: self.description.isEmpty ? name : "\(self.description).\(name)")
        }

        func appending(_ index: Int) -> Path { Path(description: "\(self.description)[\(index)]") }
    }

    func require(_ kind: Document.Kind, _ node: UInt32, path: Path, _ what: String) throws(CodecError) {
        guard self.document.nodes[Int(node)].kind == kind else { throw Self.wrongType(path, what) }
    }

    static func wrongType(_ path: Path, _ what: String) -> CodecError {
        CodecError(
            .unencodable("\(path.description.isEmpty ? "the object" : path.description) should be \(what)")
        )
    }
}

/// Whether a member says of which kind an object is, which is not stored within it.
private func isType(_ name: ArraySlice<UInt8>, ofObjectWith names: [ArraySlice<UInt8>]) -> Bool {
    let isTypeName = name.elementsEqual("apiVersion".utf8) || name.elementsEqual("kind".utf8)
    return isTypeName && names.contains { $0.elementsEqual("metadata".utf8) }
}

extension Document {
    /// The children of a container.
    func children(of node: UInt32) -> [UInt32] {
        var children: [UInt32] = []
        var child = self.nodes[Int(node)].first
        while child != 0 {
            children.append(child)
            child = self.nodes[Int(child)].next
        }
        return children
    }
}
