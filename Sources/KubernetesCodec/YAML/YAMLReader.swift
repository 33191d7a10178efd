/// Reads YAML text into documents, as `sigs.k8s.io/yaml` over go-yaml v2 does for Kubernetes' tools.
///
/// Words and numbers are those of YAML 1.1 (``YAMLScalar``), dates stay strings, keys that are not strings
/// become strings. An alias is a copy of what its anchor names, and what all copies come to is held to
/// ``Limits``. A `<<` member adds the members of its mapping or mappings where it stands: of a merged and a
/// written member with one name the later counts; two written ones are an error.
///
/// Source: kubernetes-sigs/yaml `yaml.go`; yaml/go-yaml (v2) `decode.go`, `resolve.go`.
struct YAMLReader {
    private let events: YAMLEvents
    private var document = Document()
    /// The value of each anchor; nil while its container is open.
    private var anchors: [[UInt8]: UInt32?] = [:]

    /// How many documents a stream may have.
    private static let documentCount = 1 << 16

    /// All documents of a stream that are not empty.
    ///
    /// - Throws: `.malformed` with line and column, or `.tooLarge`.
    static func documents(in bytes: [UInt8]) throws(CodecError) -> [Document] {
        guard bytes.count <= Limits.textByteCount else {
            throw CodecError(.tooLarge("\(Limits.textByteCount >> 20) MiB"))
        }
        var reader = YAMLReader(events: try YAMLEvents(bytes))
        var documents: [Document] = []
        var nodeCount = 0
        while case .documentStart = try reader.events.next() {
            guard let document = try reader.nextDocument() else { continue }
            nodeCount += document.nodes.count
            guard nodeCount <= Limits.nodeCount, documents.count < Self.documentCount else {
                throw CodecError(.tooLarge("\(Self.documentCount) documents or \(Limits.nodeCount) values"))
            }
            documents.append(document)
        }
        return documents
    }

    private init(events: YAMLEvents) {
        self.events = events
    }

    /// Reads what stands between the start of a document and its end; nil when there is no value.
    private mutating func nextDocument() throws(CodecError) -> Document? {
        self.document = Document()
        self.anchors = [:]
        let event = try self.events.next()
        let root = try self.value(event, depth: 0)
        _ = try self.events.next()
        if case .scalar(let scalar) = event, scalar.isPlain, scalar.text.isEmpty { return nil }
        self.document.nodes[Int(Document.rootNode)] = self.document.nodes[Int(root)]
        return self.document
    }

    /// Adds the value that begins with `event`, which has no parent yet.
    private mutating func value(_ event: YAMLEvents.Event, depth: Int) throws(CodecError) -> UInt32 {
        switch event {
        case .scalar(let scalar):
            let node = try self.add(scalar)
            if let anchor = scalar.anchor { self.anchors[anchor] = node }
            return node
        case .alias(let anchor): return try self.copy(anchor, depth: depth)
        case .sequenceStart(let anchor):
            return try self.container(.array, anchor, depth: depth)
        case .mappingStart(let anchor):
            return try self.container(.object, anchor, depth: depth)
        case .documentStart, .documentEnd, .streamEnd, .sequenceEnd, .mappingEnd:
            throw self.error("a value is expected")
        }
    }

    private mutating func container(
        _ kind: Document.Kind,
        _ anchor: [UInt8]?,
        depth: Int
    ) throws(CodecError) -> UInt32 {
        try self.requireRoom(at: depth)
        let node = try self.document.add(Document.Node(kind: kind))
        if let anchor { self.anchors[anchor] = .some(nil) }
        if kind == .array {
            try self.elements(of: node, depth: depth)
        } else {
            try self.members(of: node, depth: depth)
        }
        if let anchor { self.anchors[anchor] = node }
        return node
    }

    private mutating func elements(of array: UInt32, depth: Int) throws(CodecError) {
        while true {
            let event = try self.events.next()
            if case .sequenceEnd = event { return }
            self.document.link(try self.value(event, depth: depth + 1), to: array)
        }
    }

    private mutating func members(of object: UInt32, depth: Int) throws(CodecError) {
        var written: Set<[UInt8]> = []
        while true {
            let event = try self.events.next()
            if case .mappingEnd = event { break }
            let mark = self.events.mark
            if case .scalar(let key) = event, key.isMerge {
                let merged = try self.value(self.events.next(), depth: depth)
                try self.merge(merged, into: object, at: mark)
                continue
            }
            let name = try self.name(event, depth: depth)
            guard written.insert(name).inserted else {
                throw CodecError(yaml: "a key of that mapping is there twice", at: mark)
            }
            let member = try self.value(self.events.next(), depth: depth + 1)
            self.document.nodes[Int(member)].name = try self.document.addText(name)
            self.document.link(member, to: object)
        }
        self.document.orderMembers(of: object)
    }
}

extension YAMLReader {
    /// The key that begins with `event`, as text.
    private mutating func name(_ event: YAMLEvents.Event, depth: Int) throws(CodecError) -> [UInt8] {
        let mark = self.events.mark
        if case .scalar(let scalar) = event {
            if let anchor = scalar.anchor {
                self.anchors[anchor] = try self.add(scalar)
            }
            if let name = try self.resolve(scalar).name { return name }
        } else if case .alias(let anchor) = event, case .some(.some(let node)) = self.anchors[anchor] {
            let record = self.document.nodes[Int(node)]
            if record.kind == .string { return Array(self.document.text[record.textRange.bytes]) }
            if let text = Value(document: self.document, node: node).scalarText { return Array(text.utf8) }
        }
        throw CodecError(yaml: "a key must be a string, a number or a boolean", at: mark)
    }

    /// Adds the members of the object `merged`, or of the objects in that array, to `object`.
    ///
    /// Of several objects the first counts, so it is added last.
    private mutating func merge(
        _ merged: UInt32,
        into object: UInt32,
        at mark: YAMLEvents.Mark
    ) throws(CodecError) {
        let isArray = self.document.nodes[Int(merged)].kind == .array
        let sources = isArray ? self.children(of: merged).reversed() : [merged]
        for source in sources {
            guard self.document.nodes[Int(source)].kind == .object else {
                throw CodecError(yaml: "<< takes a mapping or a sequence of mappings", at: mark)
            }
            for member in self.children(of: source) {
                var node = self.document.nodes[Int(member)]
                node.next = 0
                try self.document.add(node, to: object)
            }
        }
    }

    /// Adds a copy of what an anchor names.
    private mutating func copy(_ anchor: [UInt8], depth: Int) throws(CodecError) -> UInt32 {
        guard let named = self.anchors[anchor] else { throw self.error("no anchor has that name") }
        guard let node = named else { throw self.error("an anchor's value contains itself") }
        let copy = try self.copy(node, depth: depth)
        self.document.nodes[Int(copy)].name = Document.TextRange()
        return copy
    }

    private mutating func copy(_ node: UInt32, depth: Int) throws(CodecError) -> UInt32 {
        var record = self.document.nodes[Int(node)]
        record.next = 0
        guard record.isContainer else { return try self.document.add(record) }
        try self.requireRoom(at: depth)
        let first = record.first
        record.payload = 0
        let copy = try self.document.add(record)
        var child = first
        while child != 0 {
            self.document.link(try self.copy(child, depth: depth + 1), to: copy)
            child = self.document.nodes[Int(child)].next
        }
        return copy
    }

    /// Adds a scalar that has no parent yet.
    private mutating func add(_ scalar: YAMLEvents.Scalar) throws(CodecError) -> UInt32 {
        let resolved = try self.resolve(scalar)
        if case .float(let float) = resolved, !float.isFinite {
            throw self.error("JSON has no infinity and no NaN")
        }
        return try self.document.add(resolved)
    }

    private func resolve(_ scalar: YAMLEvents.Scalar) throws(CodecError) -> ResolvedScalar {
        do {
            return try ResolvedScalar(scalar)
        } catch {
            throw self.error(error.problem)
        }
    }

    private func children(of container: UInt32) -> [UInt32] {
        var children: [UInt32] = []
        var child = self.document.nodes[Int(container)].first
        while child != 0 {
            children.append(child)
            child = self.document.nodes[Int(child)].next
        }
        return children
    }

    private func requireRoom(at depth: Int) throws(CodecError) {
        guard depth < Limits.depth else { throw CodecError(.tooLarge("\(Limits.depth) levels of YAML")) }
    }

    private func error(_ problem: String) -> CodecError {
        CodecError(yaml: problem, at: self.events.mark)
    }
}

extension Document {
    /// Reads YAML text that is one document.
    ///
    /// No document, or an empty one, is `null`.
    ///
    /// - Throws: `.malformed` with line and column, or `.tooLarge`.
    public init(yaml bytes: [UInt8]) throws(CodecError) {
        let documents = try Document.documents(yaml: bytes)
        guard documents.count < 2 else {
            throw CodecError(.malformed("it has \(documents.count) documents where one is expected"))
        }
        self = documents.first ?? Document()
    }

    /// Reads YAML text that is one document.
    public init(yaml text: String) throws(CodecError) {
        try self.init(yaml: Array(text.utf8))
    }

    /// Reads all documents of a YAML stream, without those that are empty.
    ///
    /// - Throws: `.malformed` with line and column, or `.tooLarge`.
    public static func documents(yaml bytes: [UInt8]) throws(CodecError) -> [Document] {
        try YAMLReader.documents(in: bytes)
    }
}
