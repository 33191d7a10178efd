public import ClusterChecks

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
        /// What the newest object in it says of the time, in seconds since 1970; nil when none does.
        public var time: Int64?
    }

    /// nil when the file was found damaged.
    public var facts: Facts?
    /// Bringing it back: verifying, restoring, serving, reading back, comparing; in the order of the steps.
    public var steps: [RehearsedStep]
    /// What Kubernetes would find.
    public var clusterChecks: [RehearsedClusterCheck] = []
    /// What a recovery does too, verifying, restoring and starting a store, in seconds.
    public var recoverySeconds: Double
    /// Everything together, in seconds.
    public var seconds: Double
    /// Where the restored directory was left.
    public var keptPath: String?

    public var verdict: Verdict {
        let outcomes = self.steps.map(\.step.outcome) + self.clusterChecks.map(\.result.outcome)
        if outcomes.contains(.fail) { return .fail }
        return outcomes.contains(.warn) ? .warn : .pass
    }
}

/// A step, and how long it took.
public struct RehearsedStep: Sendable {
    public var step: RehearsalStep
    /// On what it was done; nil for a step that needs no server.
    public var server: RehearsalProgram?
    public var seconds: Double

    public init(_ step: RehearsalStep, on server: RehearsalProgram? = nil, seconds: Double = 0) {
        self.step = step
        self.server = server
        self.seconds = seconds
    }
}

/// What one check of the objects found, and how long it took.
public struct RehearsedClusterCheck: Sendable {
    public var result: ClusterCheckResult
    public var seconds: Double

    public init(_ result: ClusterCheckResult, seconds: Double = 0) {
        self.result = result
        self.seconds = seconds
    }
}

extension Rehearsal {
    /// Whether it was rehearsed on more than one server, so that a step alone does not say on which.
    public var hasSeveralServers: Bool { Set(self.steps.compactMap(\.server)).count > 1 }

    /// Whether nothing failed but what concerns an API server.
    public var isBroughtBack: Bool {
        self.steps.allSatisfy { done in
            switch done.step {
            case .apiServer, .lists: true
            default: done.step.outcome != .fail
            }
        }
    }

    /// Whether nothing is wrong with the file itself.
    public var isFileSound: Bool {
        self.steps.allSatisfy { done in
            guard case .verify(let verified) = done.step else { return true }
            return verified.outcome != .fail
        }
    }

    /// The rehearsal of a file that could not even be opened.
    ///
    /// - Parameter problem: A sentence for people.
    public init(unopened problem: String) {
        self.steps = [RehearsedStep(.verify(.unopened(problem)))]
        self.recoverySeconds = 0
        self.seconds = 0
    }
}
