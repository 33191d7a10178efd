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
    /// For each of these what becomes of values that are not encrypted.
    var plainUses: [ResourcePattern: PlainUse] = [:]
    /// The KMS plugins that the configuration names.
    public internal(set) var plugins: [KMSPlugin] = []

    /// What opens the values of a resource: the entries for it, else for its group, else for everything.
    ///
    /// Nil when the configuration does not speak of it.
    func decryptors(of resource: ResourcePattern) -> [Decryptor]? {
        self.entry(for: resource).flatMap { self.decryptors[$0] }
    }

    /// The resource or wildcard of the configuration that speaks of a resource.
    private func entry(for resource: ResourcePattern) -> ResourcePattern? {
        let patterns = [resource, ResourcePattern(resource: "*", group: resource.group), .everything]
        return patterns.first { self.decryptors[$0] != nil }
    }
}

extension EncryptionConfiguration {
    /// What a resource's place of `identity` among its providers makes of values that are not encrypted.
    struct PlainUse: Hashable, Sendable {
        /// `identity` is the first provider, so that values are written plain.
        var isWritten: Bool
        /// `identity` is among the providers, so that plain values can be read.
        var isRead: Bool
    }

    private func plainUse(_ resource: String, group: String) -> PlainUse {
        self.entry(for: ResourcePattern(resource: resource, group: group)).flatMap { self.plainUses[$0] }
            ?? PlainUse(isWritten: true, isRead: true)
    }

    /// Whether the API server encrypts the objects of a resource that it writes.
    ///
    /// - Parameters:
    ///   - resource: The plural, such as `secrets`.
    ///   - group: Empty for the core group.
    /// - Returns: `false` also for a resource of which the configuration does not speak.
    public func writesEncrypted(_ resource: String, group: String) -> Bool {
        !self.plainUse(resource, group: group).isWritten
    }

    /// Whether the API server reads objects of a resource that are not encrypted.
    ///
    /// - Parameters:
    ///   - resource: The plural, such as `secrets`.
    ///   - group: Empty for the core group.
    /// - Returns: `true` also for a resource of which the configuration does not speak.
    public func readsPlain(_ resource: String, group: String) -> Bool {
        self.plainUse(resource, group: group).isRead
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
