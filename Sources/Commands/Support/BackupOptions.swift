import ArgumentParser
import Operations

/// The backup of the commands that restore one: the argument, and the state of it that is wanted.
struct BackupOptions: ParsableArguments {
    @Argument(help: .backup, completion: .file())
    var path: String

    @Option(
        name: [.long, .customLong("rev")],
        help: ArgumentHelp(
            "Of kine's file, or Gardener's full snapshots and deltas: the state at this revision (default: the newest).",
            valueName: "n"
        )
    )
    var revision: Int64?

    func validate() throws { try requireRevision(self.revision) }

    /// Finds the backup, unpacks it where it is packed, and prints what a person should know of how it was found.
    ///
    /// - Throws: ``Failure`` when a revision is asked for where there is only one state to restore.
    func find() throws -> Backup {
        let backup = try BackupRequest(path: self.path, revision: self.revision).find(.process)
        guard self.revision == nil || backup.isAtRevision else {
            throw Failure(
                "\(backup.path) is one snapshot, which is restored as it is",
                advice: "--revision is for kine's file, and for Gardener's full snapshots and deltas",
                status: .badInput
            )
        }
        note(backup.notes)
        return backup
    }
}

/// Refuses a revision that no store has had.
func requireRevision(_ revision: Int64?) throws {
    if let revision, revision < 1 { throw ValidationError("--revision must be 1 or more.") }
}
