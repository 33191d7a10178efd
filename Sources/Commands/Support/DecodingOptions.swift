import ArgumentParser
import KubernetesCodec
import Operations

/// What the commands that decode objects have in common.
struct DecodingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Decrypt values with the API server's EncryptionConfiguration.",
            valueName: "file"
        ),
        completion: .file()
    )
    var encryptionConfig: String?

    /// What opens encrypted values; nil without a configuration.
    func decryption() throws -> Decryption? {
        try self.encryptionConfig.map { try Decryption(configurationFile: $0) }
    }
}
