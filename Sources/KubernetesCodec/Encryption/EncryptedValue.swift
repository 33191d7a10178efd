/// What stands in front of an encrypted value: how it was encrypted, in plain text.
///
///     k8s:enc:<provider>:<version>:<name>:<body>
///     k8s:enc:aescbc:v1:key1:…      name of the key in the EncryptionConfiguration
///     k8s:enc:kms:v2:vault:…        name of the KMS plugin there
///
/// Source: kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/server/options/encryptionconfig/config.go`.
public struct EncryptedValue: Hashable, Sendable {
    /// `aescbc`, `aesgcm`, `secretbox` or `kms`, or whatever else stands there.
    public var provider = ""
    /// `v1`, for `kms` also `v2`.
    public var version = ""
    /// Name of the key or of the KMS plugin, up to its first colon.
    public var keyName = ""
    /// The bytes of the value that come after all this.
    public var body: Range<Int>

    /// How every encrypted value begins.
    public static let prefix: [UInt8] = Array("k8s:enc:".utf8)

    /// Bytes of a part that is still looked at; Kubernetes' own are far shorter.
    private static let longestPart = 1024

    /// Nil when the value is not encrypted; parts that are missing are empty.
    public init?(_ value: RawSpan) {
        guard value.starts(with: Self.prefix) else { return nil }
        self.body = Self.prefix.count..<value.byteCount
        for part in [\Self.provider, \Self.version, \Self.keyName] {
            guard let text = self.takePart(of: value) else { break }
            self[keyPath: part] = text
        }
    }

    /// Takes the text up to the next colon off the front of what is the body so far.
    private mutating func takePart(of value: RawSpan) -> String? {
        let start = self.body.lowerBound
        let end = min(self.body.upperBound, start + Self.longestPart)
        for position in start..<end
        where value.unsafeLoad(fromByteOffset: position, as: UInt8.self) == UInt8(ascii: ":") {
            self.body = position + 1..<self.body.upperBound
            return value.extracting(start..<position).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        }
        return nil
    }
}

extension EncryptedValue: CustomStringConvertible {
    /// For a message or a cell: `aescbc key "key1"`, `kms v2 plugin "vault"`.
    ///
    /// What is not printable ASCII is written as an escape; a part that is missing is left out.
    public var description: String {
        let name = "\"\(escaped(self.keyName))\""
        let parts =
            self.provider == "kms"
            ? ["kms", escaped(self.version), "plugin", name] : [escaped(self.provider), "key", name]
        return parts.filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension RawSpan {
    /// Whether the first bytes are these.
    func starts(with bytes: [UInt8]) -> Bool {
        guard self.byteCount >= bytes.count else { return false }
        return self.extracting(0..<bytes.count).withUnsafeBytes { $0.elementsEqual(bytes) }
    }
}

/// A name from outside as it may stand in a message: printable ASCII, not endless.
package func escaped(_ name: String) -> String {
    let shown = name.unicodeScalars.prefix(100)
    let text = shown.map { $0.escaped(asASCII: true) }.joined()
    return shown.endIndex == name.unicodeScalars.endIndex ? text : text + "…"
}
