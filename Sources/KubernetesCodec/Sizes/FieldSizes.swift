import ProtobufWire

/// How many stored bytes the fields of some objects take, told from where they lie and without decoding them.
///
/// A field's bytes are those of its content and of what says that it is there. Fields are told apart to the second
/// level, as `spec.template`; of the annotations kubectl's copy of the whole object is counted by itself. What surrounds
/// an object, what its encryption adds, and what cannot be read have places of their own, so that all are the value.
public struct FieldSizes: Sendable {
    /// The size of one field, over all objects.
    public struct Field: Hashable, Sendable {
        /// `metadata.managedFields`; in parentheses what is no field.
        public var path: String
        public var byteCount: Int
    }

    /// What one manager has in the managed fields of all objects.
    public struct Manager: Hashable, Sendable {
        public var name: String
        public var entryCount: Int
        public var byteCount: Int
    }

    /// The objects that were added.
    public private(set) var objectCount = 0
    /// Their stored values, in bytes.
    public private(set) var byteCount = 0

    /// kubectl's copies of whole objects, in bytes.
    public private(set) var lastAppliedByteCount = 0

    /// Bytes by place: a field of the schema, a name, or a number; ``placeLimit`` of them, and the others as one.
    private var sizes: [Place: Int] = [:]
    private var managers: [Int: (entryCount: Int, byteCount: Int)] = [:]
    private var names = NameTable()
    private let schema = Schema.known

    /// The annotation in which kubectl keeps the object as it was last applied.
    static let lastApplied = Array("kubectl.kubernetes.io/last-applied-configuration".utf8)
    /// Places are told apart by what is stored, so their number is bounded.
    private static let placeLimit = 16_384

    public init() {}

    /// A field at the top, and one within it; nil for the field itself.
    struct Place: Hashable, Sendable {
        var outer: Name
        var inner: Name?

        /// What is not told apart.
        static let others = Place(outer: .name(NameTable.others))

        enum Name: Hashable, Sendable {
            /// Its index among the schema's fields.
            case field(Int)
            /// A field of which only the number is known.
            case number(Int)
            /// Its number among the names.
            case name(Int)
            case lastApplied
            case surroundings
            case encryption
            case encrypted
            case unread
        }
    }
}

// MARK: Adding

extension FieldSizes {
    /// Adds a value that cannot be opened.
    public mutating func addEncrypted(byteCount: Int) {
        self.begin(byteCount)
        self.count(byteCount, at: Place(outer: .encrypted))
    }

    /// Adds an object.
    ///
    /// - Parameters:
    ///   - value: As it is stored, or opened where it is encrypted.
    ///   - storedByteCount: The size of the stored value.
    public mutating func add(_ value: RawSpan, storedByteCount: Int) {
        self.begin(storedByteCount)
        self.count(storedByteCount - value.byteCount, at: Place(outer: .encryption))
        let counted: Int
        switch Encoding(of: value, in: 0..<value.byteCount) {
        case .protobuf: counted = self.addProtobuf(value)
        case .json: counted = self.add(value, as: JSONMembers.self)
        case .cbor: counted = self.add(value, as: CBORMembers.self)
        case .encrypted, .other:
            counted = value.byteCount
            self.count(counted, at: Place(outer: .unread))
        }
        self.count(value.byteCount - counted, at: Place(outer: .surroundings))
    }

    private mutating func begin(_ byteCount: Int) {
        self.objectCount += 1
        self.byteCount += byteCount
    }

    mutating func count(_ byteCount: Int, at place: Place) {
        if place.inner == .lastApplied { self.lastAppliedByteCount += byteCount }
        self.note(byteCount, at: place)
    }

    private mutating func note(_ byteCount: Int, at place: Place) {
        guard byteCount != 0 else { return }
        if self.sizes.count < Self.placeLimit {
            self.sizes[place, default: 0] += byteCount
        } else if let index = self.sizes.index(forKey: place) {
            self.sizes.values[index] += byteCount
        } else {
            self.sizes[.others, default: 0] += byteCount
        }
    }

    mutating func name(_ name: RawSpan) -> Place.Name { .name(self.names.number(of: name)) }

    mutating func countManager(_ name: RawSpan, byteCount: Int) {
        let number = self.names.number(of: name)
        self.managers[number, default: (0, 0)].entryCount += 1
        self.managers[number, default: (0, 0)].byteCount += byteCount
    }

    /// Adds what was counted of further objects.
    public mutating func add(_ other: FieldSizes) {
        self.objectCount += other.objectCount
        self.byteCount += other.byteCount
        self.lastAppliedByteCount += other.lastAppliedByteCount
        for (place, byteCount) in other.sizes {
            let inner = place.inner.map { self.own($0, of: other) }
            self.note(byteCount, at: Place(outer: self.own(place.outer, of: other), inner: inner))
        }
        for (number, manager) in other.managers {
            let name = other.names.names[number]
            let own = self.names.number(of: name.span.bytes)
            self.managers[own, default: (0, 0)].entryCount += manager.entryCount
            self.managers[own, default: (0, 0)].byteCount += manager.byteCount
        }
    }

    private mutating func own(_ name: Place.Name, of other: FieldSizes) -> Place.Name {
        guard case .name(let number) = name else { return name }
        let text = other.names.names[number]
        return self.name(text.span.bytes)
    }
}

// MARK: The result

extension FieldSizes {
    /// The fields, the largest first.
    public var fields: [Field] {
        var sizes: [String: Int] = [:]
        for (place, byteCount) in self.sizes { sizes[self.path(of: place), default: 0] += byteCount }
        return sizes.map { Field(path: $0, byteCount: $1) }
            .sorted { ($1.byteCount, $0.path) < ($0.byteCount, $1.path) }
    }

    /// Who manages fields, by the size of what is noted of them, the largest first.
    public var fieldManagers: [Manager] {
        self.managers.map {
            Manager(
                name: self.names.text($0),
                entryCount: $1.entryCount,
                byteCount: $1.byteCount
            )
        }
        .sorted { ($1.byteCount, $0.name) < ($0.byteCount, $1.name) }
    }

    /// The managed fields of all objects, in bytes.
    public var managedFieldsByteCount: Int { self.managers.values.reduce(0) { $0 + $1.byteCount } }

    private func path(of place: Place) -> String {
        let outer = self.text(of: place.outer)
        guard let inner = place.inner else { return outer }
        if inner == .lastApplied {
            return "\(outer).annotations[\(String(decoding: Self.lastApplied, as: UTF8.self))]"
        }
        return "\(outer).\(self.text(of: inner))"
    }

    private func text(of name: Place.Name) -> String {
        switch name {
        case .field(let index): self.schema.name(ofField: index)
        case .number(let number): "field \(number)"
        case .name(let number): self.names.text(number)
        case .lastApplied: "annotations"
        case .surroundings: "(envelope)"
        case .encryption: "(encryption)"
        case .encrypted: "(encrypted)"
        case .unread: "(not decoded)"
        }
    }
}

extension Schema {
    /// What a field is called in JSON; its number where JSON leaves it out.
    fileprivate func name(ofField index: Int) -> String {
        let field = self.fields[index]
        guard field.member != Self.noMember,
            let message = self.messages.first(where: { $0.fields.contains(index) })
        else { return "field \(field.number)" }
        let name = self.members[message.members.lowerBound + Int(field.member)]
        return String(decoding: self.names[name.bytes], as: UTF8.self)
    }
}
