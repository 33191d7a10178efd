/// A JSON value, however it was stored: as protobuf, JSON, CBOR or YAML.
///
/// The whole tree lies in two flat arrays, so that a document used again for the next object allocates
/// nothing: nodes, each naming its next sibling, and the bytes of all names and strings.
///
///     array   element
///     nodes   0 is the root; a node's payload is its number, its text's range, or its first and last child
///     text    the names that a schema shares with all its documents, then what this one added
///
/// Members of an object are in order of their names' bytes, as Kubernetes' tools print them, with no name twice.
public struct Document: Sendable {
    var nodes: [Node] = []
    var text: [UInt8]
    /// Bytes at the front of `text` that stay when the document is used again.
    private let sharedByteCount: Int
    /// How many nodes, and bytes of text, it may have: ``Limits``, or as many as there are for a list of objects.
    var capacity = (nodes: Limits.nodeCount, text: Limits.textByteCount)
    /// Room for ordering members that did not come in order.
    var unordered: [UInt32] = []

    /// An empty document: `null`.
    public init() {
        self.init(sharing: [])
    }

    /// An empty document whose text begins with `names`, so that they can be referred to without a copy each.
    init(sharing names: [UInt8]) {
        self.text = names
        self.sharedByteCount = names.count
        self.nodes.append(Node(kind: .null))
    }

    /// Makes it `null` again and keeps the memory.
    public mutating func clear() {
        self.nodes.removeAll(keepingCapacity: true)
        self.nodes.append(Node(kind: .null))
        self.text.removeSubrange(self.sharedByteCount...)
    }

    /// The value that the document is.
    public var root: Value { Value(document: self, node: Document.rootNode) }

    static let rootNode: UInt32 = 0
}

extension Document {
    /// What a value is.
    enum Kind: UInt8, Sendable {
        case null
        case `false`
        case `true`
        /// The payload is an `Int64`.
        case integer
        /// A number that is not an `Int64`; the payload is its text's range.
        case number
        case string
        case array
        case object
    }

    /// A range of `text`.
    struct TextRange: Sendable {
        var start: UInt32 = 0
        var count: UInt32 = 0

        var bytes: Range<Int> { Int(self.start)..<Int(self.start) + Int(self.count) }
    }

    /// One value and its place among its siblings; 24 bytes.
    struct Node: Sendable {
        /// The name of a member; empty elsewhere.
        var name = TextRange()
        var payload: UInt64 = 0
        /// The next sibling; 0 after the last.
        var next: UInt32 = 0
        var kind: Kind

        var isContainer: Bool { self.kind == .array || self.kind == .object }

        /// Of a container: the first child; 0 in an empty one.
        var first: UInt32 {
            get { UInt32(truncatingIfNeeded: self.payload) }
            set { self.payload = self.payload & ~0xFFFF_FFFF | UInt64(newValue) }
        }

        /// Of a container: the last child; 0 in an empty one.
        var last: UInt32 {
            get { UInt32(truncatingIfNeeded: self.payload >> 32) }
            set { self.payload = self.payload & 0xFFFF_FFFF | UInt64(newValue) << 32 }
        }

        /// Of a string or a number: its text.
        var textRange: TextRange {
            get {
                TextRange(
                    start: UInt32(truncatingIfNeeded: self.payload),
                    count: UInt32(truncatingIfNeeded: self.payload >> 32)
                )
            }
            set { self.payload = UInt64(newValue.start) | UInt64(newValue.count) << 32 }
        }
    }
}
