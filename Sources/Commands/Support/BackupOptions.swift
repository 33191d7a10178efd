import ArgumentParser
import EtcdStorage
import Operations
import Presentation

/// The backup of the commands that restore one: the argument, and the state of it that is wanted.
struct BackupOptions: ParsableArguments {
    @Argument(help: .backup, completion: .file())
    var path: String

    @Option(
        name: [.long, .customLong("rev")],
        help: ArgumentHelp(
            "The state at this revision (default: the newest).",
            valueName: "n"
        )
    )
    var revision: Int64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The state at this time: RFC 3339, or -5m and the like, back from the newest time that the backup knows.",
            valueName: "time"
        )
    )
    var at: TimePoint?

    @Option(
        help: ArgumentHelp(
            "With an earlier revision: grant leases that its keys hang on and that are gone for this long.",
            valueName: "time"
        )
    )
    var missingLeaseTtl = GoDuration(.seconds(3600))

    func validate() throws {
        try requireRevision(self.revision, orTime: self.at)
        try requireLeaseTime(self.missingLeaseTtl)
    }

    /// Finds the backup, unpacks it where it is packed, replays a member's log, and prints what a person should know of
    /// how it was found.
    ///
    /// - Parameters:
    ///   - log: How a member's log is read.
    ///   - others: More directories of members of one cluster, of which the one with the longest log is opened.
    ///   - digest: How the digest of a snapshot is taken of which an earlier state is made.
    ///   - scratch: Where a database is written that is made of several parts; nil for `$TMPDIR`.
    /// - Returns: The backup in the state that is asked for.
    /// - Throws: `HistoryError` for a time of which the backup knows nothing; `MemberChoiceError`; `StorageError`.
    func open(
        _ log: LogOptions,
        among others: [String] = [],
        digest: EarlierStateRequest.DigestRule,
        scratch: String? = nil
    ) async throws -> OpenedBackup {
        let (path, state, notes, isAtRevision) = try self.state(others, log)
        let scratch = scratch ?? CallerContext.process.temporaryDirectory
        let request = EarlierStateRequest(
            // Kine's file, and full snapshots with deltas, are read at the revision.
            isAtRevision ? nil : self.revision,
            self.at,
            missingLeaseTTL: self.missingLeaseTtl,
            digest
        )
        let earlier = try await request.state(of: state, in: scratch)
        let database = try earlier?.database ?? state.wholeDatabase(in: scratch)
        return OpenedBackup(path: path, database: database, earlier: earlier, notes: notes)
    }

    private func state(
        _ others: [String],
        _ log: LogOptions
    ) throws -> (path: String, MemberState, notes: [SourceNote], isAtRevision: Bool) {
        guard others.isEmpty else {
            let paths = [self.path] + others
            let (directory, state, notes) = try MemberDirectories.best(of: paths, log.reading)
            return (directory.path, state, notes, false)
        }
        let backup = try BackupRequest(path: self.path, revision: self.revision).find(.process)
        note(backup.notes)
        let state = MemberState(of: try backup.database(), log.reading, makesPasswords: true)
        return (backup.path, state, state.notes, backup.isAtRevision)
    }
}

/// A backup as it is to be restored.
struct OpenedBackup {
    /// Of the file or directory.
    var path: String
    /// Of the state that is asked for.
    var database: EtcdDatabase
    /// That state, where it is an earlier one.
    var earlier: EarlierState?
    /// What there is to know of a member's directory.
    var notes: [SourceNote]
}

/// The earlier state of a database that is restored or served, as the flags ask for it.
struct EarlierStateRequest {
    /// What is done with the digest of the source: what is made of it has one of its own.
    enum DigestRule {
        /// It must be there, and match.
        case required
        /// It must match if it is there.
        case compared
        case ignored
    }

    private let revision: Int64?
    private let at: TimePoint?
    /// In seconds.
    private let missingLeaseTTL: Int64
    private let digest: DigestRule

    init(_ revision: Int64?, _ at: TimePoint?, missingLeaseTTL: GoDuration, _ digest: DigestRule) {
        self.revision = revision
        self.at = at
        self.missingLeaseTTL = missingLeaseTTL.duration.components.seconds
        self.digest = digest
    }

    /// Makes the state, and prints what a person should know of it.
    ///
    /// - Parameters:
    ///   - source: The newest state.
    ///   - scratch: Where its database is written.
    /// - Returns: nil when the newest state is asked for.
    /// - Throws: `HistoryError` for a time of which the source knows nothing; `RestoreError.noDigest`; `StorageError`.
    func state(of source: MemberState, in scratch: String) async throws -> EarlierState? {
        guard let revision = try await self.revision(of: source) else { return nil }
        if self.digest != .ignored {
            let hasDigest = try source.database.checkDigest()
            guard hasDigest || self.digest == .compared else {
                throw RestoreError.noDigest(path: source.database.path)
            }
        }
        let state = try EarlierState(
            at: revision,
            of: source,
            missingLeaseTTL: self.missingLeaseTTL,
            scratchDirectory: scratch
        )
        note(state.lines(missingLeaseTTL: self.missingLeaseTTL))
        return state
    }

    private func revision(of source: MemberState) async throws -> Int64? {
        guard let at = self.at else { return self.revision }
        let registry = RegistrySource(source.source, revision: nil, etcdPrefix: nil)
        let found = try await registry.revision(at: at, now: .now)
        note(found.line)
        return found.revision
    }
}

/// Refuses less than a lease can have.
func requireLeaseTime(_ time: GoDuration) throws {
    guard time.duration >= .seconds(1) else {
        throw ValidationError("--missing-lease-ttl must be 1s or more.")
    }
}

/// Refuses a revision that no store has had, and a time beside a revision.
func requireRevision(_ revision: Int64?, orTime time: TimePoint? = nil) throws {
    if let revision, revision < 1 { throw ValidationError("--revision must be 1 or more.") }
    if revision != nil, time != nil { throw ValidationError("--revision and --at exclude each other.") }
}
