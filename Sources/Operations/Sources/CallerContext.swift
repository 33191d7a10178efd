import Files
public import FoundationEssentials

/// What only a front can know, and hands down: the environment, the time, and how to ask for a password.
public struct CallerContext: Sendable {
    /// The environment's variables.
    public var environment: [String: String]
    /// The time now.
    public var now: Date
    /// The directory that stands for `/` when this machine's etcd is looked for, without a slash at its end.
    public var root = ""
    /// The descriptor of standard input.
    public var standardInput: Int32 = 0
    /// Asks a person for the password of a user of etcd; throws when there is nobody to ask.
    public var askPassword: @Sendable (_ user: String) throws -> String

    public init(
        environment: [String: String],
        now: Date,
        askPassword: @escaping @Sendable (_ user: String) throws -> String
    ) {
        self.environment = environment
        self.now = now
        self.askPassword = askPassword
    }

    /// A variable; nil when it is not set or empty.
    public func variable(_ name: String) -> String? {
        let value = self.environment[name]
        return value?.isEmpty == true ? nil : value
    }

    /// Where temporary files go: `$TMPDIR`, or `/tmp`.
    public var temporaryDirectory: String { TemporaryFiles.directory(in: self.environment) }
}
