public import KubernetesCodec

/// What could not be shown as it is, to be said once behind everything else.
public struct ReadingProblems: Sendable {
    /// An object, and why it was not decoded.
    public struct Example: Sendable {
        public var key: [UInt8]
        public var problem: CodecError

        public init(key: [UInt8], problem: CodecError) {
            self.key = key
            self.problem = problem
        }
    }

    public private(set) var encryptedCount = 0
    /// With what the first of the encrypted ones is encrypted.
    public private(set) var encryption: EncryptedValue?
    public private(set) var firstEncrypted: Example?
    public private(set) var undecodedCount = 0
    public private(set) var firstUndecoded: Example?
    public private(set) var unknownFieldCount = 0
    public private(set) var unknownKindCount = 0

    public init() {}

    /// Counts an object that was read.
    public mutating func note(_ read: ReadObject, of object: StoredObject, in registry: Registry) {
        self.unknownFieldCount += read.form?.unknownFieldCount ?? 0
        if read.form?.isKnownKind == false { self.unknownKindCount += 1 }
        guard let problem = read.problem, registry.resource(of: object)?.origin != .otherKeys else { return }
        let example = { Example(key: registry.key(of: object), problem: problem) }
        if case .encrypted = problem.reason {
            self.encryptedCount += 1
            self.encryption = self.encryption ?? read.encryption
            self.firstEncrypted = self.firstEncrypted ?? example()
        } else {
            self.undecodedCount += 1
            self.firstUndecoded = self.firstUndecoded ?? example()
        }
    }

    /// Adds what was counted of further objects.
    public mutating func add(_ other: ReadingProblems) {
        self.encryptedCount += other.encryptedCount
        self.encryption = self.encryption ?? other.encryption
        self.firstEncrypted = self.firstEncrypted ?? other.firstEncrypted
        self.undecodedCount += other.undecodedCount
        self.firstUndecoded = self.firstUndecoded ?? other.firstUndecoded
        self.unknownFieldCount += other.unknownFieldCount
        self.unknownKindCount += other.unknownKindCount
    }
}
