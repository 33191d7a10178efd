/// Reads the tables of messages and kinds, `Sources/CSchemas/Tables`.
///
///     line                            meaning
///     k8s-schema 1 <messages> <kinds> the first
///     M <name> [form]                 a message; others refer to it by its place among the M lines
///     <number> <name> <type> [flags]  a field of the last message; the name "." makes it inline
///     K <apiVersion> <Kind> <message> a kind
///
///     type  s string, x bytes, b bool, i int32, l int64, u uint32, d double, or the place of a message;
///           [ before it: repeated, { before it: a map from strings
///     flags o omitempty, z omitzero, p pointer, - not in JSON, d dropped by newer releases
///
/// Every start of the program pays for it, so it looks at each byte once and makes no string but for kinds.
struct SchemaReader {
    var names = SchemaNames()
    var messages: [Schema.Message] = []
    var fields: [Schema.Field] = []
    /// The name of each of `fields`.
    var fieldNames: [UInt16] = []
    private var kinds: [String: UInt16] = [:]
    /// Place of the current table's first message.
    private var offset = 0

    /// The schema of all `tables`; of two kinds with one name the earlier counts.
    static func read(_ tables: [UnsafeRawBufferPointer]) -> Schema {
        var reader = SchemaReader()
        reader.fields.reserveCapacity(6_000)
        reader.fieldNames.reserveCapacity(6_000)
        reader.messages.reserveCapacity(1_600)
        for table in tables { reader.lines(of: table) }
        var members = SchemaMembers(reader.names)
        members.find(for: &reader)
        return Schema(
            names: reader.names.text,
            messages: reader.messages,
            fields: reader.fields,
            members: members.ranges,
            inlinedMembers: members.inlined,
            kinds: reader.kinds
        )
    }

    private mutating func lines(of table: UnsafeRawBufferPointer) {
        self.offset = self.messages.count
        var words = SchemaWords(table)
        words.skipLine()
        while let first = words.next() {
            switch table[first.lowerBound] {
            case UInt8(ascii: "M"):
                _ = words.next()
                let form = words.next().flatMap { Schema.Form(rawValue: words.text($0)) }
                let end = self.fields.count
                self.messages.append(Schema.Message(form: form ?? .object, fields: end..<end))
            case UInt8(ascii: "K"):
                guard let version = words.next(), let kind = words.next(), let message = words.next() else {
                    break
                }
                let name = Schema.kindName(words.text(version), words.text(kind))
                if self.kinds[name] == nil { self.kinds[name] = UInt16(words.number(message) + self.offset) }
            default:
                guard let name = words.next(), let type = words.next() else { break }
                self.field(words.number(first), name, type, words.next(), in: words)
            }
            words.skipLine()
        }
    }

    private mutating func field(
        _ number: Int,
        _ name: Range<Int>,
        _ type: Range<Int>,
        _ flags: Range<Int>?,
        in words: SchemaWords
    ) {
        guard let last = self.messages.indices.last else { return }
        var field = Schema.Field(number: UInt32(number), type: .message, cardinality: .single, flags: [])
        var type = type
        switch words.bytes[type.lowerBound] {
        case UInt8(ascii: "["): field.cardinality = .repeated
        case UInt8(ascii: "{"): field.cardinality = .map
        default: break
        }
        if field.cardinality != .single { type = type.dropFirst() }
        if let scalar = scalarType(words.bytes[type.lowerBound]) {
            field.type = scalar
        } else {
            field.message = UInt16(words.number(type) + self.offset)
        }
        for position in flags ?? 0..<0 { field.flags.insert(flag(words.bytes[position])) }
        let id = self.names.add(UnsafeRawBufferPointer(rebasing: words.bytes[name]))
        if id == self.names.dot { field.cardinality = .inline }
        if id == self.names.managedFields { field.flags.insert(.managedFields) }
        self.fields.append(field)
        self.fieldNames.append(id)
        self.messages[last].fields = self.messages[last].fields.lowerBound..<self.fields.count
    }
}

/// Steps over the words of a table, which single spaces and line ends separate.
struct SchemaWords {
    let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// The next word of the line; nil at its end.
    mutating func next() -> Range<Int>? {
        let start = self.position
        while self.position < self.bytes.count, self.bytes[self.position] > UInt8(ascii: " ") {
            self.position += 1
        }
        guard self.position > start else { return nil }
        let word = start..<self.position
        if self.position < self.bytes.count, self.bytes[self.position] == UInt8(ascii: " ") {
            self.position += 1
        }
        return word
    }

    /// Steps behind the line's end.
    mutating func skipLine() {
        while self.position < self.bytes.count, self.bytes[self.position] != UInt8(ascii: "\n") {
            self.position += 1
        }
        self.position += 1
    }

    func text(_ word: Range<Int>) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: self.bytes[word]), as: UTF8.self)
    }

    func number(_ word: Range<Int>) -> Int {
        word.reduce(0) { $0 &* 10 &+ Int(self.bytes[$1] &- UInt8(ascii: "0")) }
    }
}

private func scalarType(_ letter: UInt8) -> Schema.FieldType? {
    switch letter {
    case UInt8(ascii: "s"): .string
    case UInt8(ascii: "x"): .bytes
    case UInt8(ascii: "b"): .boolean
    case UInt8(ascii: "i"): .int32
    case UInt8(ascii: "l"): .int64
    case UInt8(ascii: "u"): .uint32
    case UInt8(ascii: "d"): .double
    default: nil
    }
}

private func flag(_ letter: UInt8) -> Schema.Flags {
    switch letter {
    case UInt8(ascii: "o"): .omitEmpty
    case UInt8(ascii: "z"): .omitZero
    case UInt8(ascii: "p"): .pointer
    case UInt8(ascii: "-"): .hidden
    case UInt8(ascii: "d"): .dropped
    default: []
    }
}
