import Presentation

/// Why a command ends without success: a sentence for people, what to do next, and the exit code.
struct Failure: Error {
    var message: String
    var advice: String?
    var status: ExitStatus

    init(_ message: String, advice: String? = nil, status: ExitStatus) {
        self.message = message
        self.advice = advice
        self.status = status
    }

    /// The failure that any error stands for.
    init(_ error: any Error) {
        if let failure = error as? Failure {
            self = failure
        } else {
            let text = ErrorText(error)
            self.init(text.message, advice: text.advice, status: ExitStatus(error))
        }
    }
}
