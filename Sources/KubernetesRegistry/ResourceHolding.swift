import KubernetesCodec

/// What a source holds of one resource.
public struct ResourceHolding: Sendable {
    public let resource: Resource
    public private(set) var objectCount = 0
    /// Objects by the apiVersion in which they are stored.
    public private(set) var storedVersions: [String: Int] = [:]
    /// Objects by their encoding, and by provider for those that are encrypted, such as `json+aescbc`.
    public private(set) var encodings: [String: Int] = [:]
    public private(set) var undecodedCount = 0

    public init(_ resource: Resource) {
        self.resource = resource
    }

    /// Counts an object that was read.
    public mutating func add(_ read: ReadObject) {
        self.objectCount += 1
        if read.problem == nil {
            self.storedVersions[read.form?.apiVersion ?? "", default: 0] += 1
        } else {
            self.undecodedCount += 1
        }
        let encoding = read.form?.encoding.rawValue
        // A damaged value may name no provider.
        let provider = read.encryption.map { $0.provider.isEmpty ? "encrypted" : $0.provider }
        let parts = [encoding, provider].compactMap(\.self)
        self.encodings[parts.isEmpty ? "other" : parts.joined(separator: "+"), default: 0] += 1
    }

    /// Adds what was counted of further objects of the resource.
    public mutating func add(_ other: ResourceHolding) {
        self.objectCount += other.objectCount
        self.undecodedCount += other.undecodedCount
        self.storedVersions.merge(other.storedVersions, uniquingKeysWith: +)
        self.encodings.merge(other.encodings, uniquingKeysWith: +)
    }
}
