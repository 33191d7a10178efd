import Files

/// One side of a comparison as a person types it: `SOURCE`, `SOURCE@REVISION` or `SOURCE@TIME`.
public struct DifferenceSource: Hashable, Sendable {
    /// When a source is looked at.
    public enum Moment: Hashable, Sendable {
        /// The newest state.
        case newest
        case revision(Int64)
        case time(TimePoint)
    }

    /// What `-f` takes.
    public var name: String
    public var moment = Moment.newest

    /// Reads what was typed; a file of that literal name wins.
    ///
    /// - Throws: `DifferenceError.noMoment` for what stands behind the `@` and is neither a revision nor a time.
    public init(_ typed: String) throws(DifferenceError) {
        self.name = typed
        guard FileIdentity(path: typed) == nil, let at = typed.lastIndex(of: "@"), at != typed.startIndex
        else { return }
        let text = String(typed[typed.index(after: at)...])
        let moment: Moment
        if let revision = Int64(text), revision > 0 {
            moment = .revision(revision)
        } else if let time = TimePoint(text) {
            moment = .time(time)
        } else if text.contains("/") {
            // A path with an `@` in the name of one of its directories.
            return
        } else {
            throw .noMoment(typed: typed, text: text)
        }
        self.name = String(typed[..<at])
        self.moment = moment
    }
}

/// Why two states cannot be compared, before any was read.
public enum DifferenceError: Error, Hashable, Sendable {
    /// What stands behind the `@` is neither a revision nor a time.
    case noMoment(typed: String, text: String)
    /// Members are to be compared with each other, and the endpoints lead to one.
    case oneMember
}
