internal import Crypto

/// With which keys an API server encrypts which resources.
///
/// The key bytes are kept in `SymmetricKey`s, which zero them when they go. The text of the file that they were read
/// from is not ours to zero.
///
/// Source: kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/server/options/encryptionconfig/config.go`.
public struct EncryptionConfiguration: Sendable {
    /// For each resource or wildcard what opens its values, in the order of the configuration.
    var decryptors: [ResourcePattern: [Decryptor]] = [:]
    /// The KMS plugins that the configuration names.
    public internal(set) var plugins: [KMSPlugin] = []

    /// What opens the values of a resource: the entries for it, else for its group, else for everything.
    ///
    /// Nil when the configuration does not speak of it.
    func decryptors(of resource: ResourcePattern) -> [Decryptor]? {
        self.decryptors[resource] ?? self.decryptors[ResourcePattern(resource: "*", group: resource.group)]
            ?? self.decryptors[.everything]
    }
}

/// A resource, or with `*` all resources of a group, or of all groups.
struct ResourcePattern: Hashable, Sendable {
    var resource: String
    /// Empty for the core group.
    var group: String

    static let everything = ResourcePattern(resource: "*", group: "*")
}

extension ResourcePattern: CustomStringConvertible {
    /// From its form in the configuration: `secrets`, `widgets.example.com`, `*.`, `*.apps`, `*.*`.
    init(_ text: String) {
        let dot = text.firstIndex(of: ".") ?? text.endIndex
        self.resource = String(text[..<dot])
        self.group = String(text[dot...].dropFirst())
    }

    var description: String {
        let isPlain = self.group.isEmpty && self.resource != "*"
        return escaped(isPlain ? self.resource : "\(self.resource).\(self.group)")
    }
}

/// One key or plugin, and how the values begin that it opens.
struct Decryptor: Sendable {
    /// The form is `k8s:enc:<provider>:<version>:<name>:`.
    var prefix: [UInt8]
    var cipher: Cipher
}

enum Cipher: Sendable {
    case aescbc(SymmetricKey)
    case aesgcm(SymmetricKey)
    case secretbox(SymmetricKey)
    case kms(KMSPlugin)
}

/// A program beside the API server that keeps the keys; it listens on a Unix socket.
public struct KMSPlugin: Hashable, Sendable {
    public enum Version: String, Sendable {
        case v1
        case v2
    }

    public var version: Version
    public var name: String
    /// `unix:///path`.
    public var endpoint: String
    /// For one call.
    public var timeout: Duration

    public init(version: Version, name: String, endpoint: String, timeout: Duration) {
        self.version = version
        self.name = name
        self.endpoint = endpoint
        self.timeout = timeout
    }
}

extension KMSPlugin: CustomStringConvertible {
    /// For a message: `KMS plugin "vault" at unix:///run/kms.sock`.
    public var description: String { "KMS plugin \"\(escaped(self.name))\" at \(escaped(self.endpoint))" }
}
