/// Where the server says what happens: a front prints it.
public struct ServerLog: Sendable {
    public enum Level: String, Sendable, CaseIterable {
        case debug, info, warning, error
    }

    public typealias Write =
        @Sendable (_ level: Level, _ message: String, _ facts: KeyValuePairs<String, String>) -> Void

    /// Says something.
    public let write: Write

    public init(_ write: @escaping Write) {
        self.write = write
    }

    /// Says nothing.
    public static let silent = ServerLog { _, _, _ in }

    func callAsFunction(
        _ level: Level,
        _ message: String,
        _ facts: KeyValuePairs<String, String> = [:]
    ) {
        self.write(level, message, facts)
    }
}
