/// Putting values of one document into another, or a second time into the same.
extension Document {
    /// A copy of a value, children and all, that has no parent yet.
    ///
    /// - Throws: `.tooLarge`.
    mutating func copy(_ value: Value) throws(CodecError) -> UInt32 {
        try self.copy(value.node, of: value.document)
    }

    private mutating func copy(_ index: UInt32, of source: Document) throws(CodecError) -> UInt32 {
        var node = source.nodes[Int(index)]
        let first = node.isContainer ? node.first : 0
        node.next = 0
        node.name = try self.addText(source.text[node.name.bytes])
        if node.isContainer { node.payload = 0 }
        if node.kind == .string || node.kind == .number {
            node.textRange = try self.addText(source.text[node.textRange.bytes])
        }
        let copy = try self.add(node)
        var child = first
        while child != 0 {
            let next = source.nodes[Int(child)].next
            self.link(try self.copy(child, of: source), to: copy)
            child = next
        }
        return copy
    }

    /// Sets a member of an object to a copy of `value`; does nothing without one.
    mutating func setCopy(_ name: String, of object: UInt32, to value: Value?) throws(CodecError) {
        guard let value else { return }
        try self.insertMember(name, self.copy(value), of: object)
    }

    /// Adds an object without members that has no parent yet.
    mutating func addObject() throws(CodecError) -> UInt32 {
        try self.add(Node(kind: .object))
    }

    mutating func addString(_ string: String) throws(CodecError) -> UInt32 {
        var node = Node(kind: .string)
        node.textRange = try self.addText(string)
        return try self.add(node)
    }
}
