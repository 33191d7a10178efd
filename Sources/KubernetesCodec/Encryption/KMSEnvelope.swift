internal import Crypto
internal import ProtobufWire

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
        var annotationRoom = 32 << 10
        var reader = ProtobufReader(0..<body.count)
        while let field = try nextField(&reader, of: body) {
            switch field {
            case .bytes(1, let range): self.sealed = range
            case .bytes(2, let range) where range.count <= 1024:
                self.request.keyID = String(decoding: body[range], as: UTF8.self)
            case .bytes(3, let range) where range.count <= 1024:
                self.request.ciphertext = Array(body[range])
            case .bytes(4, let range) where range.count <= annotationRoom:
                annotationRoom -= range.count
                try self.addAnnotation(body, range)
            case .varint(5, 0): self.seal = .gcm
            case .varint(5, 1): self.seal = .extendedGCM
            default:
                guard field.number > 5 else { throw .doesNotFit }
            }
        }
        guard !self.sealed.isEmpty, !self.request.ciphertext.isEmpty else { throw .truncated }
    }

    private mutating func addAnnotation(
        _ body: UnsafeRawBufferPointer,
        _ range: Range<Int>
    ) throws(OpeningFailure) {
        var name = ""
        var content: [UInt8] = []
        var reader = ProtobufReader(range)
        while let field = try nextField(&reader, of: body) {
            switch field {
            case .bytes(1, let range): name = String(decoding: body[range], as: UTF8.self)
            case .bytes(2, let range): content = Array(body[range])
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

private func nextField(
    _ reader: inout ProtobufReader,
    of body: UnsafeRawBufferPointer
) throws(OpeningFailure) -> ProtobufReader.Field? {
    do throws(ProtobufReader.Problem) {
        return try reader.next(in: body.bytes)
    } catch {
        throw error == .truncated ? .truncated : .doesNotFit
    }
}
