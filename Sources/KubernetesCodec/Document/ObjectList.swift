/// A `v1 List` of objects, for templates that look at all of them at once.
public struct ObjectList: Sendable {
    public private(set) var document = Document()
    private let items: UInt32

    /// An empty list.
    ///
    /// - Throws: `.tooLarge`, which an empty list is not.
    public init() throws(CodecError) {
        self.document.capacity = (nodes: Int(Int32.max), text: Int(Int32.max))
        self.document.nodes[Int(Document.rootNode)].kind = .object
        try self.document.setType(apiVersion: "v1", kind: "List")
        self.items = try self.document.add(Document.Node(kind: .array))
        try self.document.insertMember("items", self.items, of: Document.rootNode)
        let metadata = try self.document.addObject()
        try self.document.insertMember("metadata", metadata, of: Document.rootNode)
        try self.document.insertMember("resourceVersion", self.document.addString(""), of: metadata)
    }

    /// Adds an object.
    ///
    /// - Throws: `.tooLarge` beyond 2 GiB of text.
    public mutating func append(_ object: Document) throws(CodecError) {
        self.document.link(try self.document.copy(object.root), to: self.items)
    }
}
