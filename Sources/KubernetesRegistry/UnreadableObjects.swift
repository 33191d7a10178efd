public import KubernetesCodec

/// What a command does with an object that cannot be read: its value is damaged, or encrypted and its key is not given.
///
/// What could not be read must never look as if it had been. So a command takes its rule from here, gives it to the
/// ``ObjectWalk``, prints the ``ReadingProblems`` and fails when they are a failure.
public enum UnreadableRule: Sendable {
    /// It was asked for by its name: nothing of it is shown, and the command fails with the reason.
    case refused
    /// It is left out of a list, counted and named, and the command fails.
    case leftOut
    /// It is left out of a list, counted and named, and the command does not fail for it.
    case ignored
    /// It stands in a list by what its key says, marked as not read.
    case marked

    /// The rule for one command.
    ///
    /// - Parameters:
    ///   - isNamed: Whether the objects are asked for by their names.
    ///   - canMark: Whether the output can say of an object that it was not read, as a table can.
    ///   - isIgnored: Whether the user accepts lists that leave objects out.
    public init(isNamed: Bool, canMark: Bool, isIgnored: Bool) {
        if isNamed {
            self = .refused
        } else if canMark {
            self = .marked
        } else {
            self = isIgnored ? .ignored : .leftOut
        }
    }

    /// Whether an object that cannot be read is shown at all.
    public var isShown: Bool { self == .marked }

    /// Whether the command fails when there is such an object.
    public var isFailure: Bool { self == .refused || self == .leftOut }
}

/// An object that could not be read, and why.
public struct UnreadableObject: Error, Sendable {
    public var key: [UInt8]
    public var problem: CodecError
    /// With what it is encrypted; nil for plain values.
    public var encryption: EncryptedValue?

    public init(key: [UInt8], problem: CodecError, encryption: EncryptedValue? = nil) {
        self.key = key
        self.problem = problem
        self.encryption = encryption
    }

    /// With what it is encrypted, when no configuration was given that could open it; nil for everything else.
    public var unopenedEncryption: EncryptedValue? {
        self.encryption.flatMap { self.problem == .encrypted($0) ? $0 : nil }
    }
}

/// Objects that could not be read: how many, and the first of them.
public struct UnreadableObjects: Sendable {
    public private(set) var count = 0
    /// The first of them, in the order in which they were read.
    public private(set) var first: [UnreadableObject] = []

    /// How many are kept to be named.
    public static let firstLimit = 20

    /// Counts an object.
    mutating func add(_ object: UnreadableObject) {
        self.count += 1
        if self.first.count < Self.firstLimit { self.first.append(object) }
    }

    /// Counts further objects.
    mutating func add(_ other: UnreadableObjects) {
        self.count += other.count
        self.first += other.first.prefix(Self.firstLimit - self.first.count)
    }
}
