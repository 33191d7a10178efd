import ArgumentParser
import Files
import Foundation
import KubernetesCodec
import KubernetesKMS
import KubernetesRegistry

/// What the commands that decode objects have in common.
struct DecodingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Open encrypted values with the API server's EncryptionConfiguration.",
            valueName: "file"
        )
    )
    var encryptionConfig: String?

    /// What opens encrypted values; nothing without a configuration.
    func decryption() throws -> Decryption? {
        guard let path = self.encryptionConfig else { return nil }
        let configuration: EncryptionConfiguration
        do {
            configuration = try EncryptionConfiguration(Document(yaml: try bytes(ofFile: path)))
        } catch let error as CodecError {
            throw Failure(
                "\(path) is no EncryptionConfiguration: \(error)",
                advice: "give the file that the API server is started with: --encryption-provider-config",
                status: .badInput
            )
        }
        return Decryption(configuration: configuration, keyService: KMSPlugins())
    }
}

/// Up to when ages are counted.
enum AgeOrigin: ExpressibleByArgument {
    case snapshot
    case now
    /// Seconds since 1970.
    case time(Int64)

    init?(argument: String) {
        switch argument {
        case "snapshot": self = .snapshot
        case "now": self = .now
        default:
            guard let time = rfc3339Time(argument) else { return nil }
            self = .time(time.seconds)
        }
    }

    static let allValueStrings = ["snapshot", "now", "2006-01-02T15:04:05Z"]

    /// Seconds since 1970; a live etcd's time is now.
    func time(of registry: Registry, isLive: Bool, decryption: Decryption?) -> Int64 {
        let clock = Int64(Date().timeIntervalSince1970)
        switch self {
        case .now: return clock
        case .time(let time): return time
        case .snapshot: return isLive ? clock : registry.snapshotTime(decryption: decryption) ?? clock
        }
    }
}

/// Reads a file of a few megabytes at most, such as a configuration.
func bytes(ofFile path: String) throws -> [UInt8] {
    let file = try MappedFile(path: path)
    return try file.withBytes { bytes in
        guard bytes.byteCount <= Limits.valueByteCount else {
            throw Failure("\(path) is larger than \(Limits.valueByteCount >> 20) MiB", status: .badInput)
        }
        return bytes.withUnsafeBytes { Array($0) }
    }
}
