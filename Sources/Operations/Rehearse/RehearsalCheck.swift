/// One thing that a rehearsal looked at, and what came of it.
public struct RehearsalCheck: Hashable, Sendable {
    /// What came of it.
    public enum Result: String, Hashable, Sendable {
        case pass
        /// The snapshot comes back, but somebody should know this before it does.
        case warn
        /// The snapshot does not come back as it is.
        case fail
        case notJudged = "not judged"
    }

    public var name: String
    public var result: Result
    /// How many things were looked at, or, of a warning or failure, are wrong.
    public var count: Int
    /// A line for people: never a stored value, but names of objects and keys.
    public var detail: String
    public var seconds: Double

    public init(_ name: String, _ result: Result, count: Int = 0, _ detail: String, seconds: Double = 0) {
        self.name = name
        self.result = result
        self.count = count
        self.detail = detail
        self.seconds = seconds
    }
}
