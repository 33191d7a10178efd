import ProtobufWire

/// Decodes protobuf messages into a document, exactly as Kubernetes' Go types show in JSON.
///
/// What generic protobuf JSON gets wrong: names come from the Go type's tag; gogo writes every field that is no
/// pointer, so that an absent one was unknown to the writing release and stays absent; zero values are left
/// out where the tag says `omitempty` and written elsewhere, an empty message as `{}`; nil slices,
/// maps and pointers without `omitempty` are `null`.
///
/// Source: the rules of gogo/protobuf's generated `Unmarshal` and of Go's `encoding/json`.
struct MessageDecoder {
    let schema = Schema.known
    var document = Document(sharing: Schema.known.names)
    /// Fields that the table does not have: the sign of a newer release.
    var unknownFieldCount = 0
    /// Leaves out `managedFields`, which is often half of an object.
    var hidesManagedFields = false

    /// The nodes of the members found so far, of all messages that are being decoded, by their place among
    /// the message's members; 0 for those that are missing.
    private var frames: [UInt32] = []
    /// The messages in fields that are not repeated, of all messages that are being decoded.
    ///
    /// Each waits until all its parts are found, so that none is decoded twice.
    private var waiting: [WaitingMessage] = []
    /// Bytes of messages that came in parts and were put together.
    private var joinedByteCount = 0

    /// Makes ready for the next object.
    mutating func clear() {
        self.document.clear()
        self.unknownFieldCount = 0
        self.frames.removeAll(keepingCapacity: true)
        self.waiting.removeAll(keepingCapacity: true)
        self.joinedByteCount = 0
    }

    /// Decodes the message in `range` as the value of `node`.
    ///
    /// - Throws: `.truncated`, `.malformed` or `.tooLarge`, with the offset in `bytes`.
    mutating func decode(
        _ message: UInt16,
        as node: UInt32,
        in range: Range<Int>,
        of bytes: RawSpan,
        depth: Int = 0
    ) throws(CodecError) {
        guard depth < Limits.messageDepth else {
            throw CodecError(.tooLarge("\(Limits.messageDepth) levels of messages"), at: range.lowerBound)
        }
        let type = self.schema.messages[Int(message)]
        guard type.form == .object else {
            return try self.decodeForm(type, as: node, in: range, of: bytes, depth: depth)
        }
        self.document.nodes[Int(node)].kind = .object
        self.document.nodes[Int(node)].payload = 0
        let frame = self.frames.count
        try self.decodeFields(of: type, in: range, of: bytes, depth: depth)
        for (place, name) in self.schema.members[type.members].enumerated() {
            let member = self.frames[frame + place]
            guard member != 0 else { continue }
            self.document.nodes[Int(member)].name = name
            self.document.link(member, to: node)
        }
        self.frames.removeSubrange(frame...)
    }

    /// Leaves a frame with the members of the message in `range`.
    private mutating func decodeFields(
        of type: Schema.Message,
        in range: Range<Int>,
        of bytes: RawSpan,
        depth: Int
    ) throws(CodecError) {
        let frame = self.frames.count
        for _ in type.members { self.frames.append(0) }
        let firstWaiting = self.waiting.count
        var reader = ProtobufReader(range)
        var index = type.fields.lowerBound
        while let content = try self.next(&reader, in: bytes) {
            guard self.seek(content.number, &index, in: type.fields) else {
                self.unknownFieldCount += 1
                continue
            }
            let field = self.schema.fields[index]
            if field.flags.contains(.managedFields), self.hidesManagedFields { continue }
            if field.isSingleMessage, case .bytes(_, let part) = content {
                self.wait(for: index, part, after: firstWaiting)
            } else {
                try self.decode(content, of: field, in: frame, of: bytes, depth: depth)
            }
        }
        for place in firstWaiting..<self.waiting.count {
            try self.decode(self.waiting[place], in: frame, from: range, of: bytes, depth: depth)
        }
        self.waiting.removeSubrange(firstWaiting...)
        if type.hasMaps { self.orderMaps(of: type, frame: frame) }
        if type.hasNulls { try self.addNulls(of: type, frame: frame) }
    }

    /// Notes a message, or a further part of one, behind those of the messages around it.
    private mutating func wait(for field: Int, _ part: Range<Int>, after first: Int) {
        for place in first..<self.waiting.count where self.waiting[place].field == field {
            self.waiting[place].isInParts = true
            return
        }
        self.waiting.append(WaitingMessage(field: field, firstPart: part))
    }

    /// Decodes a message that waited; all its parts together count as one.
    private mutating func decode(
        _ message: WaitingMessage,
        in frame: Int,
        from range: Range<Int>,
        of bytes: RawSpan,
        depth: Int
    ) throws(CodecError) {
        let field = self.schema.fields[message.field]
        let number = Int(field.number)
        guard message.isInParts else {
            let whole = ProtobufReader.Field.bytes(number: number, message.firstPart)
            return try self.decode(whole, of: field, in: frame, of: bytes, depth: depth)
        }
        let parts = try self.parts(of: field.number, in: range, of: bytes)
        self.joinedByteCount += parts.count
        guard self.joinedByteCount <= Limits.valueByteCount else {
            throw CodecError(
                .tooLarge("\(Limits.valueByteCount >> 20) MiB in messages that come in parts"),
                at: range.lowerBound
            )
        }
        let whole = ProtobufReader.Field.bytes(number: number, 0..<parts.count)
        try self.decode(whole, of: field, in: frame, of: parts.span.bytes, depth: depth)
    }

    /// The content of all fields of that number in the message, one after the other.
    private func parts(
        of number: UInt32,
        in range: Range<Int>,
        of bytes: RawSpan
    ) throws(CodecError) -> [UInt8] {
        var reader = ProtobufReader(range)
        var parts: [UInt8] = []
        while let content = try self.next(&reader, in: bytes) {
            guard content.number == number else { continue }
            guard case .bytes(_, let part) = content else {
                throw CodecError(.malformed(wrongWireType), at: reader.position)
            }
            bytes.extracting(part).withUnsafeBytes { parts.append(contentsOf: $0) }
        }
        return parts
    }

    /// Moves `index` to the field of that number; fields mostly come in order.
    private func seek(_ number: Int, _ index: inout Int, in fields: Range<Int>) -> Bool {
        if index == fields.upperBound || self.schema.fields[index].number > number {
            index = fields.lowerBound
        }
        while index < fields.upperBound {
            let next = Int(self.schema.fields[index].number)
            if next >= number { return next == number }
            index += 1
        }
        return false
    }

    private mutating func orderMaps(of type: Schema.Message, frame: Int) {
        for index in type.fields where self.schema.fields[index].cardinality == .map {
            let map = self.frames[frame + Int(self.schema.fields[index].member)]
            if map != 0 { self.document.orderMembers(of: map) }
        }
    }

    private mutating func addNulls(of type: Schema.Message, frame: Int) throws(CodecError) {
        for index in type.fields where self.schema.fields[index].isNullWhenAbsent {
            let place = frame + Int(self.schema.fields[index].member)
            if self.frames[place] == 0 {
                self.frames[place] = try self.document.add(Document.Node(kind: .null))
            }
        }
    }

    func next(
        _ reader: inout ProtobufReader,
        in bytes: RawSpan
    ) throws(CodecError) -> ProtobufReader.Field? {
        do {
            return try reader.next(in: bytes)
        } catch .truncated {
            throw CodecError(.truncated, at: reader.position)
        } catch {
            throw CodecError(.malformed("it is not well-formed protobuf"), at: reader.position)
        }
    }
}

extension MessageDecoder {
    /// Decodes one occurrence of a field into the frame.
    private mutating func decode(
        _ content: ProtobufReader.Field,
        of field: Schema.Field,
        in frame: Int,
        of bytes: RawSpan,
        depth: Int
    ) throws(CodecError) {
        let place = frame + Int(field.member)
        switch field.cardinality {
        case .inline: try self.inline(field, content, in: frame, of: bytes, depth: depth)
        case .single where field.member == Schema.noMember: break
        case .single:
            let node = try self.value(of: field, content, in: bytes, depth: depth)
            self.frames[place] = self.isOmitted(node, of: field) ? 0 : node
        case .repeated:
            let array = try self.container(.array, at: place)
            try self.elements(of: field, content, array: array, in: bytes, depth: depth)
            if self.document.nodes[Int(array)].first == 0 { self.frames[place] = 0 }
        case .map:
            let map = try self.container(.object, at: place)
            try self.entry(of: field, content, map: map, in: bytes, depth: depth)
        }
    }

    /// The array or object at `place`, which the first of its elements makes.
    private mutating func container(_ kind: Document.Kind, at place: Int) throws(CodecError) -> UInt32 {
        if self.frames[place] == 0 { self.frames[place] = try self.document.add(Document.Node(kind: kind)) }
        return self.frames[place]
    }

    /// Adds the members of an inlined message to the frame of the message around it.
    private mutating func inline(
        _ field: Schema.Field,
        _ content: ProtobufReader.Field,
        in frame: Int,
        of bytes: RawSpan,
        depth: Int
    ) throws(CodecError) {
        guard case .bytes(_, let range) = content else { throw CodecError(.malformed(wrongWireType)) }
        let inner = self.frames.count
        let type = self.schema.messages[Int(field.message)]
        try self.decodeFields(of: type, in: range, of: bytes, depth: depth)
        for place in 0..<type.members.count {
            let member = self.schema.inlinedMembers[field.inlinedMembers + place]
            guard member != Schema.noMember, self.frames[inner + place] != 0 else { continue }
            self.frames[frame + Int(member)] = self.frames[inner + place]
        }
        self.frames.removeSubrange(inner...)
    }

    /// Whether Go's `omitempty` or `omitzero` leaves the value out.
    private func isOmitted(_ node: UInt32, of field: Schema.Field) -> Bool {
        let record = self.document.nodes[Int(node)]
        if field.flags.contains(.omitZero), record.kind == .null { return true }
        guard field.flags.contains(.omitEmpty), !field.flags.contains(.pointer) else { return false }
        guard field.type == .message else { return record.isZeroScalar }
        let form = self.schema.messages[Int(field.message)].form
        return (form == .list || form == .map) && record.first == 0
    }

    private mutating func elements(
        of field: Schema.Field,
        _ content: ProtobufReader.Field,
        array: UInt32,
        in bytes: RawSpan,
        depth: Int
    ) throws(CodecError) {
        guard case .bytes(let number, let range) = content, field.type.isVarint else {
            let element = try self.value(of: field, content, in: bytes, depth: depth)
            return self.document.link(element, to: array)
        }
        var reader = ProtobufReader(range)
        while reader.position < reader.end {
            let packed: UInt64
            do { packed = try reader.varint(in: bytes) } catch {
                throw CodecError(.truncated, at: reader.position)
            }
            let content = ProtobufReader.Field.varint(number: number, packed)
            self.document.link(try self.value(of: field, content, in: bytes, depth: depth), to: array)
        }
    }

    /// Decodes one entry of a map: field 1 the key, field 2 the value, each zero when absent.
    mutating func entry(
        of field: Schema.Field,
        _ content: ProtobufReader.Field,
        map: UInt32,
        in bytes: RawSpan,
        depth: Int
    ) throws(CodecError) {
        guard case .bytes(_, let range) = content else { throw CodecError(.malformed(wrongWireType)) }
        var reader = ProtobufReader(range)
        var name = Document.TextRange()
        var value: UInt32 = 0
        while let part = try self.next(&reader, in: bytes) {
            switch part {
            case .bytes(1, let range): name = try self.document.addText(range, of: bytes)
            case let part where part.number == 2:
                value = try self.value(of: field, part, in: bytes, depth: depth)
            default: self.unknownFieldCount += 1
            }
        }
        if value == 0 {
            let end = range.upperBound
            let zero: ProtobufReader.Field =
                field.type.isVarint ? .varint(number: 2, 0) : .bytes(number: 2, end..<end)
            value = try self.value(of: field, zero, in: bytes, depth: depth)
        }
        self.document.nodes[Int(value)].name = name
        self.document.link(value, to: map)
    }
}

/// A message in a field that is not repeated.
private struct WaitingMessage {
    /// Its place among the schema's fields.
    var field: Int
    var firstPart: Range<Int>
    /// Whether the field is there again.
    var isInParts = false
}

extension Document.Node {
    /// Whether it is what Go's `omitempty` leaves out of scalars.
    fileprivate var isZeroScalar: Bool {
        switch self.kind {
        case .false: true
        case .integer: self.payload == 0
        case .string: self.textRange.count == 0
        default: false
        }
    }
}

let wrongWireType = "a protobuf field has another wire type than its kind says"
