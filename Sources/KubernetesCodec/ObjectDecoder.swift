/// Decodes stored values, one after the other into the same document.
public struct ObjectDecoder {
    private var messages = MessageDecoder()

    /// What is decoded without anybody asking for it takes time: managed fields are often half of an object.
    ///
    /// - Parameter hidesManagedFields: Whether to leave `metadata.managedFields` out.
    public init(hidesManagedFields: Bool = false) {
        self.messages.hidesManagedFields = hidesManagedFields
    }

    /// The object that was decoded last.
    public var document: Document { self.messages.document }

    /// Decodes the plain stored value in `range` of `bytes`; ``document`` holds it then.
    ///
    /// A protobuf object of a kind that is not known shows by field numbers, with its metadata.
    ///
    /// - Throws: ``CodecError`` for what is not a whole object, or is larger than ``Limits`` allows.
    public mutating func decode(_ bytes: RawSpan, in range: Range<Int>) throws(CodecError) -> DecodedForm {
        self.messages.clear()
        guard range.count <= Limits.valueByteCount else {
            throw CodecError(.tooLarge("\(Limits.valueByteCount >> 20) MiB"))
        }
        let encoding = Encoding(of: bytes, in: range)
        var form = DecodedForm(encoding: encoding)
        switch encoding {
        case .protobuf: try self.decodeProtobuf(bytes, in: range, &form)
        case .json:
            try JSONReader.read(bytes, in: range, as: Document.rootNode, of: &self.messages.document)
            if self.messages.hidesManagedFields { self.messages.document.remove("metadata", "managedFields") }
        case .cbor:
            try CBORReader.read(bytes, in: range, as: Document.rootNode, of: &self.messages.document)
            if self.messages.hidesManagedFields { self.messages.document.remove("metadata", "managedFields") }
        case .encrypted: throw CodecError(.encrypted("it is encrypted"))
        case .other:
            throw CodecError(.malformed("it is not an object that Kubernetes stores"))
        }
        form.apiVersion = self.document.root["apiVersion"]?.string ?? ""
        form.unknownFieldCount = self.messages.unknownFieldCount
        return form
    }

    /// Changes the object that was decoded to what an API server shows of it.
    ///
    /// Definitions become v1, what is not stored for being a default is added, and the resource version is
    /// the mod revision.
    ///
    /// - Throws: `.tooLarge`.
    public mutating func showAsServed(modRevision: Int64) throws(CodecError) {
        try DefinitionConversion.apply(to: &self.messages.document)
        try ReadDefaults.apply(to: &self.messages.document)
        try self.messages.document.set("metadata", "resourceVersion", to: String(modRevision))
    }

    /// Puts what is known of an object that cannot be decoded in the document's place.
    ///
    /// - Throws: `.tooLarge`.
    public mutating func showPartialObject(
        apiVersion: String,
        kind: String,
        namespace: String,
        name: String,
        modRevision: Int64
    ) throws(CodecError) {
        try self.messages.document.makePartialObject(
            apiVersion: apiVersion,
            kind: kind,
            namespace: namespace,
            name: name
        )
        try self.messages.document.set("metadata", "resourceVersion", to: String(modRevision))
    }

    private mutating func decodeProtobuf(
        _ bytes: RawSpan,
        in range: Range<Int>,
        _ form: inout DecodedForm
    ) throws(CodecError) {
        let envelope = try Envelope(reading: bytes, in: range)
        let message = Schema.known.message(apiVersion: envelope.apiVersion, kind: envelope.kind)
        form.isKnownKind = message != nil
        if let message {
            try self.messages.decode(message, as: Document.rootNode, in: envelope.message, of: bytes)
        } else {
            try self.messages.decodeUnknown(as: Document.rootNode, in: envelope.message, of: bytes)
        }
        try self.messages.document.setType(apiVersion: envelope.apiVersion, kind: envelope.kind)
    }
}

/// How a value was stored, and how well it is known.
public struct DecodedForm: Hashable, Sendable {
    public var encoding: Encoding
    /// The apiVersion in which it is stored, which may be another than is shown.
    public var apiVersion = ""
    /// Fields that no known release has; they are not shown.
    public var unknownFieldCount = 0
    /// Whether the table has the kind; one that it has not shows by field numbers.
    public var isKnownKind = true
}

extension Document {
    /// Says of which kind the object is, at its top.
    mutating func setType(apiVersion: String, kind: String) throws(CodecError) {
        if !apiVersion.isEmpty { try self.set("apiVersion", to: apiVersion) }
        if !kind.isEmpty { try self.set("kind", to: kind) }
    }
}
