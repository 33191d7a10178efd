/// A value within a document, for those who look at a few of them.
public struct Value: Sendable {
    let document: Document
    let node: UInt32

    private var record: Document.Node { self.document.nodes[Int(self.node)] }

    public enum Kind: Sendable {
        case null
        case boolean
        case number
        case string
        case array
        case object
    }

    public var kind: Kind {
        switch self.record.kind {
        case .null: .null
        case .false, .true: .boolean
        case .integer, .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    public var isNull: Bool { self.record.kind == .null }

    /// The text of a string; nil for other kinds.
    ///
    /// Bytes that are not UTF-8 show as U+FFFD, as in JSON.
    public var string: String? {
        self.record.kind == .string ? self.document.string(self.record.textRange) : nil
    }

    /// A whole number; nil for other kinds and for those that no `Int64` holds.
    public var integer: Int64? {
        self.record.kind == .integer ? Int64(bitPattern: self.record.payload) : nil
    }

    /// Any number.
    public var double: Double? {
        switch self.record.kind {
        case .integer: Double(Int64(bitPattern: self.record.payload))
        case .number: Double(self.document.string(self.record.textRange))
        default: nil
        }
    }

    public var boolean: Bool? {
        switch self.record.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// The text of a scalar as it stands in JSON, without quotes; nil for null, arrays and objects.
    public var scalarText: String? {
        switch self.record.kind {
        case .string, .number: self.document.string(self.record.textRange)
        case .integer: String(Int64(bitPattern: self.record.payload))
        case .true: "true"
        case .false: "false"
        case .null, .array, .object: nil
        }
    }
}

extension Value {
    /// The member of that name; nil when there is none, and for what is not an object.
    public subscript(name: String) -> Value? {
        self.document.member(Array(name.utf8), of: self.node).map {
            Value(document: self.document, node: $0)
        }
    }

    /// The value at the end of a path of member names; nil when one of them is missing.
    public subscript(path: String...) -> Value? {
        var value: Value? = self
        for name in path { value = value?[name] }
        return value
    }

    /// The elements of an array; none for other kinds.
    public var elements: [Value] { self.record.kind == .array ? self.children : [] }

    /// The members of an object in order of their names; none for other kinds.
    public var members: [(name: String, value: Value)] {
        guard self.record.kind == .object else { return [] }
        return self.children.map { ($0.document.string($0.record.name), $0) }
    }

    /// Number of elements or members; 0 for scalars.
    public var count: Int {
        guard self.record.isContainer else { return 0 }
        var count = 0
        var child = self.record.first
        while child != 0 {
            count += 1
            child = self.document.nodes[Int(child)].next
        }
        return count
    }

    private var children: [Value] {
        var children: [Value] = []
        var child = self.record.first
        while child != 0 {
            children.append(Value(document: self.document, node: child))
            child = self.document.nodes[Int(child)].next
        }
        return children
    }
}

extension Document {
    func string(_ range: TextRange) -> String {
        String(decoding: self.text[range.bytes], as: UTF8.self)
    }

    /// The member of that name; nil when there is none.
    func member(_ name: [UInt8], of object: UInt32) -> UInt32? {
        guard self.nodes[Int(object)].kind == .object else { return nil }
        var member = self.nodes[Int(object)].first
        while member != 0 {
            let record = self.nodes[Int(member)]
            if Int(record.name.count) == name.count, self.text[record.name.bytes].elementsEqual(name) {
                return member
            }
            member = record.next
        }
        return nil
    }
}
