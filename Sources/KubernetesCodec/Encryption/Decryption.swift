internal import Crypto
internal import CryptoExtras

/// Opens encrypted values with the keys of an EncryptionConfiguration, as the API server does.
///
/// Safe to use on several threads. Errors never hold bytes of keys or values.
///
/// Source: kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/storage/value/transformer.go`.
public struct Decryption: Sendable {
    /// What it was made of.
    public let configuration: EncryptionConfiguration
    private let dataKeys: DataKeys

    /// The key service speaks to the configuration's ``EncryptionConfiguration/plugins``; not needed without any.
    public init(configuration: EncryptionConfiguration, keyService: (any KeyService)? = nil) {
        self.configuration = configuration
        self.dataKeys = DataKeys(service: keyService)
    }

    /// Opens a value; one that is not encrypted comes back as it is, whether `identity` is configured or not.
    ///
    /// All keys whose name stands in front of the value are tried. aescbc cannot tell a wrong key for sure, so of
    /// several answers the first that begins like a stored object is taken, else the first.
    ///
    /// `etcdKey` is the whole key it is stored under, such as `/registry/secrets/default/db`: AES-GCM authenticates it.
    /// `resource` is the plural, such as `secrets`; `group` is empty for the core group.
    ///
    /// - Throws: `.encrypted`.
    public func open(
        _ value: RawSpan,
        etcdKey: [UInt8],
        resource: String,
        group: String
    ) throws(CodecError) -> [UInt8] {
        guard let seen = EncryptedValue(value) else { return value.withUnsafeBytes { Array($0) } }
        let pattern = ResourcePattern(resource: resource, group: group)
        guard let decryptors = self.configuration.decryptors(of: pattern) else {
            throw CodecError(
                .encrypted("encrypted (\(seen)): the configuration has no entry for \(pattern)")
            )
        }
        return try self.open(value, seen, with: decryptors, etcdKey: etcdKey)
    }

    /// Opens a value of which it is not known where it was stored; every key of the configuration is tried.
    ///
    /// What authenticates its etcd key does not open so.
    ///
    /// - Throws: `.encrypted`.
    public func open(_ value: RawSpan) throws(CodecError) -> [UInt8] {
        guard let seen = EncryptedValue(value) else { return value.withUnsafeBytes { Array($0) } }
        let decryptors = self.configuration.decryptors.values.flatMap(\.self)
        return try self.open(value, seen, with: decryptors, etcdKey: [])
    }

    private func open(
        _ value: RawSpan,
        _ seen: EncryptedValue,
        with decryptors: [Decryptor],
        etcdKey: [UInt8]
    ) throws(CodecError) -> [UInt8] {
        let fitting = decryptors.filter { value.starts(with: $0.prefix) }
        guard !fitting.isEmpty else {
            throw CodecError(
                .encrypted("encrypted (\(seen)): the configuration has no provider of that name for it")
            )
        }
        var unsure: [UInt8]?
        var failure = OpeningFailure.doesNotFit
        for decryptor in fitting {
            do throws(OpeningFailure) {
                let body = value.extracting(decryptor.prefix.count...)
                let plain = try body.withUnsafeBytes { bytes throws(OpeningFailure) in
                    try self.open(bytes, decryptor.cipher, etcdKey: etcdKey)
                }
                if decryptor.cipher.isAuthenticated || beginsLikeAnObject(plain) { return plain }
                unsure = unsure ?? plain
            } catch {
                failure = error
            }
        }
        guard let unsure else { throw CodecError(.encrypted("encrypted (\(seen)): \(failure)")) }
        return unsure
    }

    private func open(
        _ body: UnsafeRawBufferPointer,
        _ cipher: Cipher,
        etcdKey: [UInt8]
    ) throws(OpeningFailure) -> [UInt8] {
        switch cipher {
        case .aescbc(let key): return try AES._CBC.open(body, with: key)
        case .aesgcm(let key): return try AES.GCM.open(body, with: key, etcdKey: etcdKey)
        case .secretbox(let key): return try SecretBox.open(body, with: key)
        case .kms(let plugin):
            let envelope = try KMSEnvelope(body, plugin: plugin)
            let key: SymmetricKey
            do throws(CodecError) { key = try self.dataKeys.key(for: envelope.request) } catch {
                throw .noKey(error)
            }
            return try envelope.open(body, with: key, etcdKey: etcdKey)
        }
    }
}

extension CodecError {
    /// What to say of an encrypted value when there is no configuration.
    public static func encrypted(_ value: EncryptedValue) -> CodecError {
        CodecError(
            .encrypted("encrypted (\(value)): the API server's EncryptionConfiguration is needed to open it")
        )
    }
}

extension Cipher {
    /// Whether a wrong key is always noticed; not so under kms v1, which falls back to AES-CBC.
    fileprivate var isAuthenticated: Bool {
        switch self {
        case .aesgcm, .secretbox: true
        case .aescbc: false
        case .kms(let plugin): plugin.version == .v2
        }
    }
}

extension OpeningFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .truncated: "it ends too early"
        case .doesNotFit: "the key is wrong, or the value is damaged"
        case .doesNotFitHere:
            "the key is wrong, or the value is damaged, or it was encrypted for another etcd key"
        case .noKey(let error): error.description
        }
    }
}

/// Whether bytes begin as protobuf, JSON or CBOR objects do in etcd.
private func beginsLikeAnObject(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0x6B, 0x38, 0x73, 0x00]) || bytes.first == UInt8(ascii: "{")
        || bytes.starts(with: [0xD9, 0xD9, 0xF7])
}
