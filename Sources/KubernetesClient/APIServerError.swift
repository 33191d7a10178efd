/// What went wrong in a conversation with an API server.
public struct APIServerError: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// No answer: what the connection failed with.
        case unreachable(String)
        /// An HTTP status other than 200, and the message of the server's `Status` object.
        case refused(status: Int, message: String)
        /// More bytes than one answer may have.
        case tooLong(byteCount: Int)
        /// Not the JSON that was asked for.
        case badAnswer
        /// A list that goes on without end.
        case endlessList
    }

    public var reason: Reason
    /// What was asked for: `/api/v1/pods`.
    public var path: String

    public init(_ reason: Reason, path: String) {
        self.reason = reason
        self.path = path
    }
}

extension APIServerError: CustomStringConvertible {
    public var description: String {
        switch self.reason {
        case .unreachable(let why): "the API server does not answer \(self.path): \(why)"
        case .refused(let status, let message):
            "the API server refused \(self.path) with \(status)" + (message.isEmpty ? "" : ": \(message)")
        case .tooLong(let byteCount): "the answer to \(self.path) is longer than \(byteCount) bytes"
        case .badAnswer: "the answer to \(self.path) is not what was asked for"
        case .endlessList: "the list of \(self.path) does not end"
        }
    }
}
