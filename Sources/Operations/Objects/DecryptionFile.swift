public import KubernetesCodec
import KubernetesKMS

extension Decryption {
    /// Opens values with the keys and KMS plugins that an API server's EncryptionConfiguration names.
    ///
    /// - Throws: `.notEncryptionConfiguration` and `.tooLarge`; `FileError` when the file cannot be read.
    public init(configurationFile path: String) throws {
        let configuration: EncryptionConfiguration
        do {
            configuration = try EncryptionConfiguration(Document(yaml: try contents(ofFile: path)))
        } catch let error as CodecError {
            throw InputFileError.notEncryptionConfiguration(path: path, error)
        }
        self.init(configuration: configuration, keyService: KMSPlugins())
    }
}
