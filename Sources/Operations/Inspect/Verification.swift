import Bolt
public import EtcdStorage

/// What verifying a snapshot found; the file is hashed on one processor and checked on the other.
public struct Verification: Sendable {
    public var digest: DigestResult
    public var check: StorageCheck
    /// What else there is to say of a file that is not proved.
    public var hints = DamageHints()
    /// How long it took.
    public var seconds: Double

    /// What the digest at the file's end says.
    public enum DigestResult: Hashable, Sendable {
        case matches
        case differs(stored: [UInt8], computed: [UInt8])
        /// The file ends without one: a changed byte of a value cannot be seen.
        case absent
    }

    /// The one-word outcome.
    public enum Verdict: String, Sendable {
        /// The digest matches and every rule holds.
        case sound
        /// Every rule holds, but there is no digest to prove the values.
        case unproved
        case damaged
    }

    public var verdict: Verdict {
        if case .differs = self.digest { return .damaged }
        guard self.check.isSound, self.hints.enclosed == nil else { return .damaged }
        return self.digest == .matches ? .sound : .unproved
    }

    /// Number of findings; a digest that differs is one.
    ///
    /// Of a snapshot with bytes around it, these are the one finding: pages and digest were looked for in the wrong
    /// place.
    public var findingCount: Int {
        if self.hints.enclosed != nil { return 1 }
        var count = self.check.findingCount + self.check.structure.findingCount
        if case .differs = self.digest { count += 1 }
        return count
    }

    /// Verifies `database` without changing it.
    ///
    /// - Throws: `StorageError` only when the file cannot be read to its end; damage is a finding;
    ///   `CancellationError`.
    public init(of database: EtcdDatabase) async throws {
        self = try await OngoingVerification(of: database).result
    }

    fileprivate init(digest: DigestResult, check: StorageCheck, seconds: Double) {
        self.digest = digest
        self.check = check
        self.seconds = seconds
    }
}

/// A verification that goes on while the same file is worked on: whoever needs the proof waits for it, and the file
/// is hashed once.
public struct OngoingVerification: Sendable {
    public let database: EtcdDatabase
    private let began = ContinuousClock.now
    private let hashing: Task<(Verification.DigestResult, end: ContinuousClock.Instant), any Error>
    private let checking: Task<(StorageCheck, end: ContinuousClock.Instant), any Error>

    /// Begins to verify `database`.
    ///
    /// - Parameters:
    ///   - database: What is verified.
    ///   - keepsLiveKeys: Whether the check keeps the live keys for ``EtcdDatabase/keyspace(foundBy:)``.
    public init(of database: EtcdDatabase, keepsLiveKeys: Bool = false) {
        self.database = database
        // Hashing takes longest, so it begins first.
        self.hashing = Task { (try await digestResult(of: database), .now) }
        self.checking = Task {
            (try await storageCheck(of: database, keepsLiveKeys: keepsLiveKeys), .now)
        }
    }

    /// Whether the structure and the records are sound; the digest may still be under way.
    ///
    /// - Throws: As ``result``.
    var check: StorageCheck {
        get async throws { try await self.checking.value.0 }
    }

    /// What it came to; waits until it is done.
    ///
    /// - Throws: What ``Verification/init(of:)`` throws.
    public var result: Verification {
        get async throws {
            // Hashing takes longest, and it is no child of the task that waits here.
            let (digest, hashed) = try await withTaskCancellationHandler {
                try await self.hashing.value
            } onCancel: {
                self.hashing.cancel()
            }
            let (check, checked) = try await self.checking.value
            let seconds = (max(checked, hashed) - self.began) / .seconds(1)
            var verification = Verification(digest: digest, check: check, seconds: seconds)
            switch verification.verdict {
            case .sound: break
            case .unproved: verification.hints.enclosed = EnclosedSnapshot(in: self.database.bolt.file)
            case .damaged: verification.hints = DamageHints(of: self.database.bolt.file)
            }
            return verification
        }
    }
}

@concurrent
private func storageCheck(of database: EtcdDatabase, keepsLiveKeys: Bool) async throws -> StorageCheck {
    try StorageCheck(of: database, keepsLiveKeys: keepsLiveKeys)
}

@concurrent
private func digestResult(of database: EtcdDatabase) async throws -> Verification.DigestResult {
    guard let stored = database.storedDigest else { return .absent }
    let computed = try await database.computedDigestBesideOthers()
    return computed == stored ? .matches : .differs(stored: stored, computed: computed)
}
