import ArgumentParser
import EtcdStorage
import Operations
import Presentation

/// The backup of the commands that restore one.
struct BackupOptions: ParsableArguments {
    @Argument(help: .backup, completion: .file())
    var path: String

    /// Finds the backup, unpacks it where it is packed, replays a member's log, and prints what a person should know of
    /// how it was found.
    ///
    /// - Parameters:
    ///   - wanted: Which state of it is wanted.
    ///   - log: How a member's log is read.
    ///   - others: More directories of members of one cluster, of which the one with the longest log is opened.
    ///   - digest: How the digest of a snapshot is taken of which an earlier state is made.
    ///   - scratch: Where a database is written that is made of several parts; nil for `$TMPDIR`.
    /// - Returns: The backup in the state that is asked for.
    /// - Throws: `HistoryError` for a time of which the backup knows nothing; `MemberChoiceError`; `StorageError`.
    func open(
        at wanted: EarlierStateOptions,
        _ log: LogOptions,
        among others: [String] = [],
        digest: EarlierStateOptions.DigestRule,
        scratch: String? = nil
    ) async throws -> OpenedBackup {
        let (path, state, notes, isAtRevision) = try self.state(at: wanted.revision, others, log)
        let scratch = scratch ?? CallerContext.process.temporaryDirectory
        let earlier = try await wanted.state(
            of: state,
            isAtRevision: isAtRevision,
            digest: digest,
            in: scratch
        )
        let database = try earlier?.database ?? state.wholeDatabase(in: scratch)
        return OpenedBackup(path: path, database: database, earlier: earlier, notes: notes)
    }

    private func state(
        at revision: Int64?,
        _ others: [String],
        _ log: LogOptions
    ) throws -> (path: String, MemberState, notes: [SourceNote], isAtRevision: Bool) {
        guard others.isEmpty else {
            let paths = [self.path] + others
            let (directory, state, notes) = try MemberDirectories.best(of: paths, log.reading)
            return (directory.path, state, notes, false)
        }
        let backup = try BackupRequest(path: self.path, revision: revision).find(.process)
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

/// Refuses a revision that no store has had, and a time beside a revision.
func requireRevision(_ revision: Int64?, orTime time: TimePoint? = nil) throws {
    if let revision, revision < 1 { throw ValidationError("--revision must be 1 or more.") }
    if revision != nil, time != nil { throw ValidationError("--revision and --at exclude each other.") }
}
