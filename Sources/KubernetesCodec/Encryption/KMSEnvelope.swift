internal import Crypto

/// The body of a value encrypted by a KMS plugin: an encrypted key, and what is encrypted with that key.
struct KMSEnvelope {
    /// How the value itself is encrypted.
    enum Seal {
        /// kms v1: AES-GCM, and before Kubernetes 1.25 AES-CBC.
        case gcmOrCBC
        /// kms v2, type 0.
        case gcm
        /// kms v2, type 1: AES-GCM with a key made of a seed for each value.
        case extendedGCM
    }

    var request: DataKeyRequest
    var seal = Seal.gcmOrCBC
    /// Of the bytes that it was read from.
    var sealed: Range<Int>

    init(_ body: UnsafeRawBufferPointer, plugin: KMSPlugin) throws(OpeningFailure) {
        switch plugin.version {
        case .v1: try self.init(v1: body, plugin)
        case .v2: try self.init(v2: body, plugin)
        }
    }

    /// Bytes: length of the encrypted key (2, big-endian), the encrypted key, the sealed value.
    ///
    /// Source: kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/storage/value/encrypt/envelope/envelope.go`.
    private init(v1 body: UnsafeRawBufferPointer, _ plugin: KMSPlugin) throws(OpeningFailure) {
        guard body.count >= 2 else { throw .truncated }
        let end = 2 + Int(body[0]) << 8 + Int(body[1])
        guard body.count >= end else { throw .truncated }
        self.request = DataKeyRequest(plugin: plugin, ciphertext: Array(body[2..<end]))
        self.sealed = end..<body.count
    }

    /// A protobuf message `EncryptedObject`.
    ///
    ///     1  encryptedData        the sealed value
    ///     2  keyID
    ///     3  encryptedDEKSource   the encrypted key or seed
    ///     4  annotations          map of string to bytes
    ///     5  type                 0 key, 1 seed
    ///
    /// Source: kubernetes/kubernetes
    /// `staging/src/k8s.io/apiserver/pkg/storage/value/encrypt/envelope/kmsv2/v2/api.proto`, and `envelope.go` above it
    /// for the sizes.
    private init(v2 body: UnsafeRawBufferPointer, _ plugin: KMSPlugin) throws(OpeningFailure) {
        self.request = DataKeyRequest(plugin: plugin, ciphertext: [])
        self.seal = .gcm
        self.sealed = 0..<0
        var fields = EnvelopeFields(body)
        while let field = try fields.next() {
            switch (field.number, field.content) {
            case (1, .bytes(let range)): self.sealed = range
            case (2, .bytes(let range)) where range.count <= 1024:
                self.request.keyID = String(decoding: body[range], as: UTF8.self)
            case (3, .bytes(let range)) where range.count <= 1024:
                self.request.ciphertext = Array(body[range])
            case (4, .bytes(let range)) where range.count <= 32 << 10: try self.addAnnotation(body, range)
            case (5, .number(0)): self.seal = .gcm
            case (5, .number(1)): self.seal = .extendedGCM
            case (1...5, _): throw .doesNotFit
            default: break
            }
        }
        guard !self.sealed.isEmpty, !self.request.ciphertext.isEmpty else { throw .truncated }
    }

    private mutating func addAnnotation(
        _ body: UnsafeRawBufferPointer,
        _ range: Range<Int>
    ) throws(OpeningFailure) {
        let entry = UnsafeRawBufferPointer(rebasing: body[range])
        var name = ""
        var content: [UInt8] = []
        var fields = EnvelopeFields(entry)
        while let field = try fields.next() {
            switch (field.number, field.content) {
            case (1, .bytes(let range)): name = String(decoding: entry[range], as: UTF8.self)
            case (2, .bytes(let range)): content = Array(entry[range])
            default: break
            }
        }
        self.request.annotations[name] = content
    }

    /// Opens what is sealed in `body`.
    func open(
        _ body: UnsafeRawBufferPointer,
        with key: SymmetricKey,
        etcdKey: [UInt8]
    ) throws(OpeningFailure) -> [UInt8] {
        let sealed = UnsafeRawBufferPointer(rebasing: body[self.sealed])
        switch self.seal {
        case .gcm: return try AES.GCM.open(sealed, with: key, etcdKey: etcdKey)
        case .extendedGCM: return try AES.GCM.openExtended(sealed, with: key, etcdKey: etcdKey)
        case .gcmOrCBC:
            do throws(OpeningFailure) {
                return try AES.GCM.open(sealed, with: key, etcdKey: etcdKey)
            } catch let failure {
                do { return try AES._CBC.open(sealed, with: key) } catch { throw failure }
            }
        }
    }
}

/// The fields of the one protobuf message that an envelope is.
private struct EnvelopeFields {
    enum Content {
        case number(UInt64)
        case bytes(Range<Int>)
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Nothing at the end.
    mutating func next() throws(OpeningFailure) -> (number: UInt64, content: Content)? {
        guard self.position < self.bytes.count else { return nil }
        let tag = try self.varint()
        switch tag & 7 {
        case 0: return (tag >> 3, .number(try self.varint()))
        case 2:
            let count = try self.varint()
            guard count <= UInt64(self.bytes.count - self.position) else { throw .truncated }
            let start = self.position
            self.position += Int(count)
            return (tag >> 3, .bytes(start..<self.position))
        default: throw .doesNotFit
        }
    }

    private mutating func varint() throws(OpeningFailure) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard self.position < self.bytes.count else { throw .truncated }
            let byte = self.bytes[self.position]
            self.position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw .doesNotFit
    }
}
