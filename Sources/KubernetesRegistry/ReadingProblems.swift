public import KubernetesCodec

/// What could not be shown as it is, to be said once behind everything else.
public struct ReadingProblems: Sendable {
    /// What is done with objects that cannot be read.
    public let rule: UnreadableRule
    /// Objects that are encrypted and could not be opened.
    public private(set) var encrypted = UnreadableObjects()
    /// With what all of these are encrypted; nil when it is not one key.
    public var encryption: EncryptedValue? { self.hasOtherEncryption ? nil : self.firstEncryption }
    /// Objects that could not be decoded.
    public private(set) var undecoded = UnreadableObjects()
    public private(set) var unknownFieldCount = 0
    public private(set) var unknownKindCount = 0

    private var firstEncryption: EncryptedValue?
    private var hasOtherEncryption = false

    public init(_ rule: UnreadableRule = .marked) {
        self.rule = rule
    }

    /// How many objects could not be read.
    public var unreadableCount: Int { self.encrypted.count + self.undecoded.count }

    /// Whether there are objects that should have been shown, and are not.
    public var isIncomplete: Bool { self.unreadableCount > 0 && !self.rule.isShown }

    /// Whether an object that was asked for by its name could not be read.
    public var isRefusal: Bool { self.unreadableCount > 0 && self.rule == .refused }

    /// Whether the command has failed.
    public var isFailure: Bool { self.unreadableCount > 0 && self.rule.isFailure }

    /// Counts an object that was read.
    public mutating func note(_ read: ReadObject, of object: StoredObject, in registry: Registry) {
        self.unknownFieldCount += read.form?.unknownFieldCount ?? 0
        if read.form?.isKnownKind == false { self.unknownKindCount += 1 }
        guard let problem = read.problem else { return }
        let key = registry.key(of: object)
        self.note(UnreadableObject(key: key, problem: problem, encryption: read.encryption))
    }

    /// Counts an object that could not be read.
    public mutating func note(_ object: UnreadableObject) {
        if case .encrypted = object.problem.reason {
            self.encrypted.add(object)
            self.note(object.encryption)
        } else {
            self.undecoded.add(object)
        }
    }

    /// Adds what was counted of further objects.
    public mutating func add(_ other: ReadingProblems) {
        self.encrypted.add(other.encrypted)
        self.note(other.firstEncryption)
        self.hasOtherEncryption = self.hasOtherEncryption || other.hasOtherEncryption
        self.undecoded.add(other.undecoded)
        self.unknownFieldCount += other.unknownFieldCount
        self.unknownKindCount += other.unknownKindCount
    }

    private mutating func note(_ encryption: EncryptedValue?) {
        guard let encryption else { return }
        guard let first = self.firstEncryption else {
            self.firstEncryption = encryption
            return
        }
        let isSame =
            first.provider == encryption.provider && first.version == encryption.version
            && first.keyName == encryption.keyName
        if !isSame { self.hasOtherEncryption = true }
    }
}
