public import KubernetesCodec
import KubernetesRegistry

/// Decodes a stored value that comes without its store.
public struct StoredValue: Sendable {
    private let bytes: [UInt8]
    private let etcdKey: String?

    /// - Parameters:
    ///   - bytes: The value.
    ///   - etcdKey: Where it was stored; nil when that is not known. Some ways of encryption need it.
    public init(_ bytes: [UInt8], etcdKey: String?) {
        self.bytes = bytes
        self.etcdKey = etcdKey
    }

    /// Decodes the value as it came, or without the line's end that etcdctl puts behind it.
    ///
    /// - Throws: Why the value as it came cannot be decoded.
    public func decoded(_ decryption: Decryption?) throws(CodecError) -> DecodedValue {
        do throws(CodecError) {
            return try self.decode(self.bytes, decryption)
        } catch {
            guard self.bytes.last == 0x0A,
                let decoded = try? self.decode(Array(self.bytes.dropLast()), decryption)
            else { throw error }
            return decoded
        }
    }

    private func decode(
        _ value: [UInt8],
        _ decryption: Decryption?
    ) throws(CodecError) -> DecodedValue {
        let plain = try self.opened(value, decryption)
        var decoder = ObjectDecoder()
        let form = try decoder.decode(plain.span.bytes, in: 0..<plain.count)
        return DecodedValue(document: decoder.document, form: form)
    }

    private func opened(_ value: [UInt8], _ decryption: Decryption?) throws(CodecError) -> [UInt8] {
        let bytes = value.span.bytes
        guard let encrypted = EncryptedValue(bytes) else { return value }
        guard let decryption else { throw CodecError.encrypted(encrypted) }
        guard let etcdKey else { return try decryption.open(bytes) }
        let resource = Resource(ofKey: etcdKey)
        return try decryption.open(
            bytes,
            etcdKey: Array(etcdKey.utf8),
            resource: resource?.plural ?? "",
            group: resource?.group ?? ""
        )
    }
}

/// An object, and how it was stored.
public struct DecodedValue: Sendable {
    public var document: Document
    public var form: DecodedForm
}
