/// Writes values as the CBOR that Kubernetes stores: strings and keys as byte strings, maps in order of their
/// encoded keys (shorter ones first), the shortest form of each number, definite lengths.
///
/// Source: kubernetes/apimachinery `pkg/runtime/serializer/cbor/internal/modes/encode.go`.
public struct CBORWriter: Sendable {
    /// The tag that says that CBOR follows, which every stored value begins with.
    public static let selfDescribedTag: [UInt8] = [0xD9, 0xD9, 0xF7]

    /// What is written so far.
    public var bytes: [UInt8] = []

    public init() {}

    /// Appends the tag and the document's value.
    ///
    /// - Throws: `.unencodable` for a number that is too large for a `Double`.
    public mutating func write(_ document: Document) throws(CodecError) {
        self.bytes += Self.selfDescribedTag
        try self.write(Document.rootNode, of: document)
    }

    private mutating func write(_ index: UInt32, of document: borrowing Document) throws(CodecError) {
        let node = document.nodes[Int(index)]
        switch node.kind {
        case .false: self.bytes.append(0xF4)
        case .true: self.bytes.append(0xF5)
        case .null: self.bytes.append(0xF6)
        case .integer:
            let integer = Int64(bitPattern: node.payload)
            self.head(integer < 0 ? 1 : 0, UInt64(integer < 0 ? -1 - integer : integer))
        case .number: try self.number(document.string(node.textRange))
        case .string: self.string(node.textRange, of: document)
        case .array:
            self.head(4, document.childCount(of: node))
            var element = node.first
            while element != 0 {
                try self.write(element, of: document)
                element = document.nodes[Int(element)].next
            }
        case .object:
            let members = document.membersByLength(of: node)
            self.head(5, UInt64(members.count))
            for member in members {
                self.string(document.nodes[Int(member)].name, of: document)
                try self.write(member, of: document)
            }
        }
    }

    /// Appends a major type and its argument in as few bytes as hold it.
    private mutating func head(_ major: UInt8, _ argument: UInt64) {
        switch argument {
        case 0..<24: self.bytes.append(major << 5 | UInt8(argument))
        case 0...0xFF: self.bytes.appendBigEndian(major << 5 | 24, argument, 1)
        case 0...0xFFFF: self.bytes.appendBigEndian(major << 5 | 25, argument, 2)
        case 0...0xFFFF_FFFF: self.bytes.appendBigEndian(major << 5 | 26, argument, 4)
        default: self.bytes.appendBigEndian(major << 5 | 27, argument, 8)
        }
    }

    private mutating func string(_ text: Document.TextRange, of document: borrowing Document) {
        self.head(2, UInt64(text.count))
        self.bytes.append(contentsOf: document.text[text.bytes])
    }

    /// Appends a floating-point number with as few bits as hold it.
    private mutating func number(_ text: String) throws(CodecError) {
        guard let value = Double(text), value.isFinite else {
            throw CodecError(.unencodable("a number is too large"))
        }
        if let half = value.halfBits {
            self.bytes.appendBigEndian(0xF9, UInt64(half), 2)
        } else if Double(Float(value)) == value {
            self.bytes.appendBigEndian(0xFA, UInt64(Float(value).bitPattern), 4)
        } else {
            self.bytes.appendBigEndian(0xFB, value.bitPattern, 8)
        }
    }
}

extension [UInt8] {
    fileprivate mutating func appendBigEndian(_ first: UInt8, _ argument: UInt64, _ byteCount: UInt64) {
        self.append(first)
        for index in (0..<byteCount).reversed() {
            self.append(UInt8(truncatingIfNeeded: argument >> (8 * index)))
        }
    }
}

extension Document {
    fileprivate func childCount(of container: Node) -> UInt64 {
        var count: UInt64 = 0
        var child = container.first
        while child != 0 {
            count += 1
            child = self.nodes[Int(child)].next
        }
        return count
    }

    /// The members of an object, those with shorter names first.
    fileprivate func membersByLength(of object: Node) -> [UInt32] {
        var members: [UInt32] = []
        var member = object.first
        while member != 0 {
            members.append(member)
            member = self.nodes[Int(member)].next
        }
        members.sort { left, right in
            let (left, right) = (self.nodes[Int(left)].name, self.nodes[Int(right)].name)
            return left.count == right.count ? self.compareNames(left, right) < 0 : left.count < right.count
        }
        return members
    }
}
