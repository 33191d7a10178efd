import ArgumentParser
import Foundation
import KubernetesCodec
import KubernetesRegistry
import Operations

/// What the commands that decode objects have in common.
struct DecodingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Open encrypted values with the API server's EncryptionConfiguration.",
            valueName: "file"
        )
    )
    var encryptionConfig: String?

    /// What opens encrypted values; nil without a configuration.
    func decryption() throws -> Decryption? {
        try self.encryptionConfig.map { try Decryption(configurationFile: $0) }
    }
}

extension ObjectWalk {
    /// Up to when ages are counted, in seconds since 1970.
    func ageEnd(_ origin: AgeOrigin, isLive: Bool) -> Int64 {
        origin.seconds(
            of: self.registry,
            isLive: isLive,
            decryption: self.decryption,
            now: Int64(Date().timeIntervalSince1970)
        )
    }
}
