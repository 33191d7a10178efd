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
struct SchemaReader {
    private var names: [UInt8] = []
    private var knownNames: [String: Document.TextRange] = [:]
    private var messages: [Schema.Message] = []
    private var fields: [Schema.Field] = []
    private var fieldNames: [Document.TextRange] = []
    private var kinds: [String: UInt16] = [:]
    private var members: [Document.TextRange] = []
    private var inlinedMembers: [UInt16] = []
    private var isLinked: [Bool] = []

    /// The schema of all `tables`; of two kinds with one name the earlier counts.
    static func read(_ tables: [UnsafeRawBufferPointer]) -> Schema {
        var reader = SchemaReader()
        reader.fields.reserveCapacity(6_000)
        reader.fieldNames.reserveCapacity(6_000)
        reader.messages.reserveCapacity(1_600)
        for table in tables { reader.lines(of: table) }
        reader.isLinked = reader.messages.map { _ in false }
        for message in reader.messages.indices { reader.nameMembers(of: message) }
        return Schema(
            names: reader.names,
            messages: reader.messages,
            fields: reader.fields,
            members: reader.members,
            inlinedMembers: reader.inlinedMembers,
            kinds: reader.kinds
        )
    }

    private mutating func lines(of table: UnsafeRawBufferPointer) {
        let offset = self.messages.count
        for line in table.split(separator: UInt8(ascii: "\n")).dropFirst() {
            let words = line.split(separator: UInt8(ascii: " "), maxSplits: 3)
            switch line.first {
            case UInt8(ascii: "M"):
                let form = words.count > 2 ? Schema.Form(rawValue: text(words[2])) : nil
                let end = self.fields.count
                self.messages.append(Schema.Message(form: form ?? .object, fields: end..<end))
            case UInt8(ascii: "K"):
                let name = Schema.kindName(text(words[1]), text(words[2]))
                if self.kinds[name] == nil { self.kinds[name] = UInt16(number(words[3]) + offset) }
            default: self.field(words, offset)
            }
        }
    }

    private mutating func field(_ words: [Slice<UnsafeRawBufferPointer>], _ offset: Int) {
        guard words.count > 2, let last = self.messages.indices.last else { return }
        var type = words[2]
        var field = Schema.Field(
            number: UInt32(number(words[0])),
            type: .message,
            cardinality: .single,
            flags: words.count > 3 ? flags(words[3]) : []
        )
        switch type.first {
        case UInt8(ascii: "["): field.cardinality = .repeated
        case UInt8(ascii: "{"): field.cardinality = .map
        default: break
        }
        if field.cardinality != .single { type = type.dropFirst() }
        if let scalar = scalarType(type.first) {
            field.type = scalar
        } else {
            field.message = UInt16(number(type) + offset)
        }
        if words[1].elementsEqual(CollectionOfOne(UInt8(ascii: "."))) { field.cardinality = .inline }
        if words[1].elementsEqual("managedFields".utf8) { field.flags.insert(.managedFields) }
        self.fields.append(field)
        self.fieldNames.append(self.name(words[1]))
        self.messages[last].fields = self.messages[last].fields.lowerBound..<self.fields.count
    }

    private mutating func name(_ word: Slice<UnsafeRawBufferPointer>) -> Document.TextRange {
        let name = text(word)
        if let known = self.knownNames[name] { return known }
        let range = Document.TextRange(start: UInt32(self.names.count), count: UInt32(word.count))
        self.names.append(contentsOf: word)
        self.knownNames[name] = range
        return range
    }
}

extension SchemaReader {
    /// Finds the members of a message's JSON object: its own fields and those of the messages inlined in it.
    private mutating func nameMembers(of message: Int) {
        guard !self.isLinked[message] else { return }
        self.isLinked[message] = true
        let range = self.messages[message].fields
        for index in range where self.fields[index].cardinality == .inline {
            self.nameMembers(of: Int(self.fields[index].message))
        }
        var names: [Document.TextRange] = []
        for index in range where self.isMember(self.fields[index]) { names.append(self.fieldNames[index]) }
        let ownCount = names.count
        for index in range where self.fields[index].cardinality == .inline {
            for name in self.members[self.messages[Int(self.fields[index].message)].members]
            where !names.contains(where: { $0.start == name.start }) {
                names.append(name)
            }
        }
        let own = Set(names.prefix(ownCount).map(\.start))
        names.sort { self.names[$0.bytes].lexicographicallyPrecedes(self.names[$1.bytes]) }
        var places: [UInt32: UInt16] = [:]
        for (place, name) in names.enumerated() { places[name.start] = UInt16(place) }
        let start = self.members.count
        self.members += names
        self.messages[message].members = start..<self.members.count
        for index in range {
            if self.isMember(self.fields[index]) {
                self.fields[index].member = places[self.fieldNames[index].start] ?? Schema.noMember
            } else if self.fields[index].cardinality == .inline {
                self.fields[index].inlinedMembers = self.inlinedMembers.count
                let inlined = self.messages[Int(self.fields[index].message)].members
                // A name that the message has itself hides the inlined one.
                self.inlinedMembers += self.members[inlined].map {
                    own.contains($0.start) ? Schema.noMember : places[$0.start] ?? Schema.noMember
                }
            }
            if self.fields[index].cardinality == .map { self.messages[message].hasMaps = true }
            if self.isNullWhenAbsent(self.fields[index]) {
                self.fields[index].isNullWhenAbsent = true
                self.messages[message].hasNulls = true
            }
        }
    }

    private func isMember(_ field: Schema.Field) -> Bool {
        field.cardinality != .inline && !field.flags.contains(.hidden)
    }

    private func isNullWhenAbsent(_ field: Schema.Field) -> Bool {
        guard self.isMember(field), field.flags.isDisjoint(with: [.omitEmpty, .dropped]) else { return false }
        switch field.cardinality {
        case .repeated, .map: return true
        case .inline: return false
        case .single:
            if field.flags.contains(.pointer) || field.type == .bytes { return true }
            guard field.type == .message else { return false }
            return [.list, .map].contains(self.messages[Int(field.message)].form)
        }
    }
}

private func text(_ word: Slice<UnsafeRawBufferPointer>) -> String { String(decoding: word, as: UTF8.self) }

private func number(_ word: Slice<UnsafeRawBufferPointer>) -> Int {
    word.reduce(0) { $0 &* 10 &+ Int($1 &- UInt8(ascii: "0")) }
}

private func scalarType(_ letter: UInt8?) -> Schema.FieldType? {
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

private func flags(_ word: Slice<UnsafeRawBufferPointer>) -> Schema.Flags {
    word.reduce(into: []) { flags, letter in
        switch letter {
        case UInt8(ascii: "o"): flags.insert(.omitEmpty)
        case UInt8(ascii: "z"): flags.insert(.omitZero)
        case UInt8(ascii: "p"): flags.insert(.pointer)
        case UInt8(ascii: "-"): flags.insert(.hidden)
        case UInt8(ascii: "d"): flags.insert(.dropped)
        default: break
        }
    }
}
