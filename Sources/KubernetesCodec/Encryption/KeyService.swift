/// What a KMS plugin is asked for: to decrypt the key that values are encrypted with.
public struct DataKeyRequest: Hashable, Sendable {
    public var plugin: KMSPlugin
    /// The data encryption key, or the seed of one, as the plugin encrypted it.
    public var ciphertext: [UInt8]
    /// Which of the plugin's keys it used; empty in v1.
    public var keyID = ""
    /// What else the plugin wants to see again; empty in v1.
    public var annotations: [String: [UInt8]] = [:]

    public init(plugin: KMSPlugin, ciphertext: [UInt8]) {
        self.plugin = plugin
        self.ciphertext = ciphertext
    }
}

/// Speaks to KMS plugins.
public protocol KeyService: Sendable {
    /// The key in plain bytes; blocks until the plugin answers or its timeout is over.
    ///
    /// - Throws: `.encrypted`, saying what the plugin or the way to it lacks.
    func decrypt(_ request: DataKeyRequest) throws(CodecError) -> [UInt8]
}
