extension EncryptionConfiguration {
    /// A key or plugin as it stands in front of the values that it encrypted.
    public struct NamedKey: Hashable, Sendable {
        /// `aescbc`, `aesgcm`, `secretbox` or `kms`.
        public var provider: String
        /// `v1`, for `kms` also `v2`.
        public var version: String
        /// Of the key, or of the KMS plugin.
        public var name: String

        public init(_ value: EncryptedValue) {
            self.provider = value.provider
            self.version = value.version
            self.name = value.keyName
        }
    }

    /// What opens the values of a resource, in the order of the configuration; nil when that does not speak of it.
    ///
    /// - Parameters:
    ///   - resource: The plural, such as `secrets`.
    ///   - group: Empty for the core group.
    /// - Returns: Each once.
    public func namedKeys(ofResource resource: String, group: String) -> [NamedKey]? {
        self.decryptors(of: ResourcePattern(resource: resource, group: group)).map(named)
    }

    /// All that the configuration names, in no particular order, each once.
    public var namedKeys: [NamedKey] { named(self.decryptors.values.flatMap(\.self)) }
}

private func named(_ decryptors: [Decryptor]) -> [EncryptionConfiguration.NamedKey] {
    var names: [EncryptionConfiguration.NamedKey] = []
    for decryptor in decryptors {
        guard let value = EncryptedValue(decryptor.prefix.span.bytes) else { continue }
        let name = EncryptionConfiguration.NamedKey(value)
        if !names.contains(name) { names.append(name) }
    }
    return names
}
