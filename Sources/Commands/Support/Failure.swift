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

/// What the process's exit code says; the same for every command but `diff`.
enum ExitStatus: Int32, CaseIterable, Sendable {
    case success = 0
    case failed = 1
    case cannotReachEtcd = 2
    case badInput = 3
    case damaged = 4
    case interrupted = 5
    case inputOutput = 6

    /// The line that `--help` prints.
    var explanation: String {
        switch self {
        case .success: "fine"
        case .failed: "failed"
        case .cannotReachEtcd: "cannot reach etcd"
        case .badInput: "bad input or usage"
        case .damaged: "the snapshot is damaged"
        case .interrupted: "interrupted"
        case .inputOutput: "input or output failed"
        }
    }
}

extension ExitStatus {
    /// Of `diff`: the two are different.
    static let different = ExitStatus.failed
    /// Of `diff`: they were not compared, or not as a whole.
    static let notCompared = ExitStatus.cannotReachEtcd

    /// What `--help` says of `diff`, which ends as kubectl's does.
    static let explanationOfDiff =
        "Of diff: 0 equal; 1 different; 2 failed or cannot reach etcd; the others as above."
}
