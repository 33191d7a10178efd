/// What a rehearsal found.
public struct Rehearsal: Sendable {
    /// The one-word outcome.
    public enum Verdict: String, Sendable {
        case pass
        case warn
        case fail
    }

    /// What the rehearsed file holds.
    public struct Facts: Hashable, Sendable {
        public var byteCount: UInt64
        public var revision: Int64
        public var keyCount: Int
        /// What the newest object in it says of the time, in seconds since 1970; nothing when none does.
        public var time: Int64?
    }

    /// Nothing of a file too damaged to be opened.
    public var facts: Facts?
    /// Bringing it back: verifying, restoring, serving, reading back, comparing; in the order of the steps.
    public var steps: [RehearsalCheck]
    /// What Kubernetes would find.
    public var judgments: [RehearsalCheck] = []
    /// What a recovery does too, verifying, restoring and starting a store, in seconds.
    public var recoverySeconds: Double
    /// Everything together, in seconds.
    public var seconds: Double
    /// Where the restored directory was left.
    public var keptPath: String?

    /// Steps and judgments.
    public var checks: [RehearsalCheck] { self.steps + self.judgments }

    public var verdict: Verdict {
        if self.checks.contains(where: { $0.result == .fail }) { return .fail }
        return self.checks.contains { $0.result == .warn } ? .warn : .pass
    }
}

extension Rehearsal {
    /// Whether nothing failed but what concerns an API server.
    public var isBroughtBack: Bool {
        self.checks.allSatisfy { check in
            check.result != .fail
                || [RehearsalStep.apiServer, RehearsalStep.lists].contains { check.name.hasPrefix($0) }
        }
    }

    /// The rehearsal of a file that could not even be opened.
    ///
    /// - Parameter problem: A sentence for people.
    public init(unopened problem: String) {
        self.steps = [RehearsalCheck(RehearsalStep.verify, .fail, count: 1, problem)]
        self.recoverySeconds = 0
        self.seconds = 0
    }
}

/// The names of the steps.
enum RehearsalStep {
    static let verify = "verify"
    static let restore = "restore"
    static let open = "open"
    static let keys = "keys"
    static let leases = "leases"
    static let hash = "hashkv"
    static let snapshot = "snapshot"
    static let compare = "compare"
    static let apiServer = "API server"
    static let lists = "lists"
}
