extension Document {
    /// Makes it an object of which no more is known than where it lies; what is empty is left out.
    ///
    /// - Throws: `.tooLarge`.
    mutating func makePartialObject(
        apiVersion: String,
        kind: String,
        namespace: String,
        name: String
    ) throws(CodecError) {
        self.clear()
        self.nodes[Int(Document.rootNode)].kind = .object
        try self.setType(apiVersion: apiVersion, kind: kind)
        let metadata = try self.addObject()
        try self.insertMember("metadata", metadata, of: Document.rootNode)
        try self.insertMember("name", self.addString(name), of: metadata)
        if !namespace.isEmpty { try self.insertMember("namespace", self.addString(namespace), of: metadata) }
    }
}

extension Document {
    /// The object's type and metadata alone.
    ///
    /// - Throws: `.tooLarge`.
    public func metadataOnly() throws(CodecError) -> Document {
        var partial = Document()
        partial.nodes[Int(Document.rootNode)].kind = .object
        for name in ["apiVersion", "kind", "metadata"] {
            try partial.setCopy(name, of: Document.rootNode, to: self.root[name])
        }
        return partial
    }
}
