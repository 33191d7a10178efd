import Files
public import KubernetesCodec
import KubernetesKMS

/// Why a file that a person named beside the source cannot be used.
public enum InputFileError: Error, Hashable, Sendable {
    /// It is larger than `limit` bytes.
    case tooLarge(path: String, limit: Int)
    case notEncryptionConfiguration(path: String, CodecError)
}

/// The bytes of a file of a few megabytes at most, such as a configuration or a template.
///
/// - Throws: `.tooLarge`; `FileError` when it cannot be read.
public func contents(ofFile path: String) throws -> [UInt8] {
    let file = try MappedFile(path: path)
    guard file.byteCount <= Limits.valueByteCount else {
        throw InputFileError.tooLarge(path: path, limit: Limits.valueByteCount)
    }
    return try file.contents()
}

extension EncryptionConfiguration {
    /// Reads an API server's EncryptionConfiguration.
    ///
    /// - Throws: `.notEncryptionConfiguration` and `.tooLarge`; `FileError` when the file cannot be read.
    public init(file path: String) throws {
        do {
            try self.init(Document(yaml: try contents(ofFile: path)))
        } catch let error as CodecError {
            throw InputFileError.notEncryptionConfiguration(path: path, error)
        }
    }
}

extension Decryption {
    /// Opens values with the keys and KMS plugins that an API server's EncryptionConfiguration names.
    ///
    /// - Throws: `.notEncryptionConfiguration` and `.tooLarge`; `FileError` when the file cannot be read.
    public init(configurationFile path: String) throws {
        self.init(configuration: try EncryptionConfiguration(file: path), keyService: KMSPlugins())
    }
}
