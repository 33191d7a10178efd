import ProtobufWire

extension FieldSizes {
    /// Adds the fields of a stored protobuf object.
    ///
    /// - Returns: How many of its bytes were counted; the others surround it.
    mutating func addProtobuf(_ bytes: RawSpan) -> Int {
        guard let envelope = try? Envelope(reading: bytes, in: 0..<bytes.byteCount) else {
            self.count(bytes.byteCount, at: Place(outer: .unread))
            return bytes.byteCount
        }
        let message = Schema.known.message(apiVersion: envelope.apiVersion, kind: envelope.kind)
        return self.addFields(of: message, in: envelope.message, of: bytes, within: nil)
    }

    /// Adds the fields of a message that is an object, or within one.
    ///
    /// - Parameters:
    ///   - message: What it is; nil when that is not known.
    ///   - range: Where it lies.
    ///   - bytes: What it lies in.
    ///   - outer: The field that it is; nil at the top.
    /// - Returns: How many bytes were counted: all, but what cannot be read is counted as such.
    private mutating func addFields(
        of message: UInt16?,
        in range: Range<Int>,
        of bytes: RawSpan,
        within outer: Place.Name?
    ) -> Int {
        var reader = ProtobufReader(range)
        while true {
            let start = reader.position
            guard let content = try? reader.next(in: bytes) else {
                self.count(range.upperBound - start, at: Place(outer: outer ?? .unread))
                return range.count
            }
            let byteCount = reader.position - start
            let index = message.flatMap { self.field(content.number, of: $0) }
            let name = index.map { Place.Name.field($0) } ?? .number(content.number)
            guard let outer else {
                let inner = self.addInnerFields(content, index, of: bytes, within: name)
                self.count(byteCount - inner, at: Place(outer: name))
                continue
            }
            let isCopy = index.map { isLastApplied(content, $0, of: bytes) } ?? false
            self.count(byteCount, at: Place(outer: outer, inner: isCopy ? .lastApplied : name))
            if let index { self.noteManager(content, index, byteCount, of: bytes) }
        }
    }

    /// Adds the fields within a field at the top, where that is a message.
    ///
    /// - Returns: How many bytes were counted.
    private mutating func addInnerFields(
        _ content: ProtobufReader.Field,
        _ index: Int?,
        of bytes: RawSpan,
        within name: Place.Name
    ) -> Int {
        guard let index, case .bytes(_, let range) = content else { return 0 }
        let schema = Schema.known
        let field = schema.fields[index]
        guard field.isSingleMessage, schema.messages[Int(field.message)].form == .object else { return 0 }
        return self.addFields(of: field.message, in: range, of: bytes, within: name)
    }

    /// Notes whose managed fields these are, if they are.
    private mutating func noteManager(
        _ content: ProtobufReader.Field,
        _ index: Int,
        _ byteCount: Int,
        of bytes: RawSpan
    ) {
        guard Schema.known.fields[index].flags.contains(.managedFields), case .bytes(_, let range) = content
        else { return }
        let manager = firstField(in: range, of: bytes) ?? range.lowerBound..<range.lowerBound
        self.countManager(bytes.extracting(manager), byteCount: byteCount)
    }

    /// The index of a message's field of that number among all fields.
    private func field(_ number: Int, of message: UInt16) -> Int? {
        let schema = Schema.known
        let fields = schema.messages[Int(message)].fields
        var (low, high) = (fields.lowerBound, fields.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if Int(schema.fields[middle].number) < number { low = middle + 1 } else { high = middle }
        }
        return low < fields.upperBound && Int(schema.fields[low].number) == number ? low : nil
    }
}

/// Whether it is the entry of a map in which kubectl keeps its copy of the object.
private func isLastApplied(_ content: ProtobufReader.Field, _ index: Int, of bytes: RawSpan) -> Bool {
    guard Schema.known.fields[index].cardinality == .map, case .bytes(_, let range) = content,
        let key = firstField(in: range, of: bytes)
    else { return false }
    return bytes.extracting(key).withUnsafeBytes { $0.elementsEqual(FieldSizes.lastApplied) }
}

/// The content of field 1 of a message, where that is bytes: an entry's key, an entry's manager.
private func firstField(in range: Range<Int>, of bytes: RawSpan) -> Range<Int>? {
    var reader = ProtobufReader(range)
    guard case .bytes(1, let content)? = try? reader.next(in: bytes) else { return nil }
    return content
}
