public import EtcdStorage
public import KubernetesCodec

/// Reads the objects of a registry one after the other: opens them if they are encrypted, and decodes them.
///
/// What is read stays in ``document`` until the next.
public struct ObjectReader {
    private let registry: Registry
    private let decryption: Decryption?
    private var decoder: ObjectDecoder

    /// - Parameters:
    ///   - registry: Where the objects lie.
    ///   - decryption: Opens encrypted values; without it they stay closed.
    ///   - hidesManagedFields: Whether to leave `metadata.managedFields` out.
    public init(of registry: Registry, decryption: Decryption?, hidesManagedFields: Bool) {
        self.registry = registry
        self.decryption = decryption
        self.decoder = ObjectDecoder(hidesManagedFields: hidesManagedFields)
    }

    /// The object that was read last.
    public var document: Document { self.decoder.document }

    /// Reads an object as an API server shows it: with its resource version, and definitions as v1.
    ///
    /// One that cannot be decoded leaves a document with what its key says.
    ///
    /// - Throws: `.badKeyValue` when the record around it is damaged.
    public mutating func read(_ object: StoredObject) throws(StorageError) -> ReadObject {
        let resource = self.registry.resource(of: object)
        var read = try self.registry.keyspace.withRecord(of: object.key) { metadata, value in
            self.decode(value, of: object, metadata, resource)
        }
        if read.problem == nil {
            do throws(CodecError) {
                try self.decoder.showAsServed(modRevision: read.metadata.modRevision)
            } catch {
                read.problem = error
            }
        }
        if read.problem != nil { self.showPartialObject(object, resource, read.metadata) }
        return read
    }

    /// Leaves a document with what the key says.
    private mutating func showPartialObject(
        _ object: StoredObject,
        _ resource: Resource?,
        _ metadata: KeyMetadata
    ) {
        // A key is too short to be too large for a document, the one thing that this throws.
        try? self.decoder.showPartialObject(
            apiVersion: resource?.group ?? "",
            kind: resource?.kind ?? "",
            namespace: self.registry.namespace(of: object),
            name: self.registry.name(of: object),
            modRevision: metadata.modRevision
        )
    }

    /// Decodes the object's value, opening it first where it is encrypted.
    private mutating func decode(
        _ value: RawSpan,
        of object: StoredObject,
        _ metadata: KeyMetadata,
        _ resource: Resource?
    ) -> ReadObject {
        var read = ReadObject(metadata: metadata, valueByteCount: value.byteCount)
        do throws(CodecError) {
            if let encrypted = EncryptedValue(value) {
                read.encryption = encrypted
                let plain = try self.open(encrypted, value, object, resource)
                read.form = try self.decoder.decode(plain.span.bytes, in: 0..<plain.count)
            } else {
                read.form = try self.decoder.decode(value, in: 0..<value.byteCount)
            }
        } catch {
            read.problem = error
        }
        return read
    }

    private func open(
        _ encrypted: EncryptedValue,
        _ value: RawSpan,
        _ object: StoredObject,
        _ resource: Resource?
    ) throws(CodecError) -> [UInt8] {
        guard let decryption = self.decryption else { throw .encrypted(encrypted) }
        return try decryption.open(
            value,
            etcdKey: self.registry.key(of: object),
            resource: resource?.plural ?? "",
            group: resource?.group ?? ""
        )
    }
}

/// What is known of an object that was read, beside the document.
public struct ReadObject: Sendable {
    /// Its revisions and lease.
    public var metadata: KeyMetadata
    /// Size of the stored value, in bytes.
    public var valueByteCount: Int
    /// How it was stored; nil when it could not be decoded.
    public var form: DecodedForm?
    /// With what it is encrypted; nil for plain values.
    public var encryption: EncryptedValue?
    /// Why it could not be decoded.
    public var problem: CodecError?
}
