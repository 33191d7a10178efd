import ArgumentParser
import EtcdStorage
import Operations
import Presentation

/// `registree verify FILE`.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that a snapshot is sound, or list everything that is wrong with it.",
        discussion: """
            Compares the SHA-256 at the file's end, checks every page, and proves the history of every key. \
            A file without a digest is checked all the same; then a changed byte inside a value cannot be \
            seen, and the verdict says so. The file is never changed. Exit code 4 when it is damaged, or when the \
            write-ahead log beside a member's database cannot be read to its end; where a \
            sound snapshot lies in a file with other bytes around it, the command that takes it out is printed.
            """
    )

    @Argument(help: .backup, completion: .file())
    var path: String

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    @OptionGroup var look: LookOptions

    func run() async throws {
        let backup = try self.backup()
        note(backup.notes)
        let database: EtcdDatabase
        do {
            database = try backup.database()
        } catch {
            throw try self.reportUnopened(Failure(error), backup.damageHints(), backup.isUnpacked)
        }
        let directoryNotes = database.dataDirectoryNotes()
        note(directoryNotes)
        let verification = try await Verification(of: database)
        let text = VerificationText(verification, path: backup.path, isUnpacked: backup.isUnpacked)
        try Output.print(text, as: self.output, self.look.display)
        if verification.verdict == .damaged || directoryNotes.contains(where: \.tellsOfUnreadEntries) {
            throw ExitStatus.damaged
        }
    }

    private func backup() throws -> Backup {
        do {
            return try BackupRequest(path: self.path).find(.process)
        } catch {
            let hints = self.path == "-" ? DamageHints() : DamageHints(path: self.path)
            throw try self.reportUnopened(Failure(error), hints, false)
        }
    }

    /// A file too damaged to be opened gets its verdict all the same; what is not a snapshot at all is an error.
    private func reportUnopened(
        _ failure: Failure,
        _ hints: DamageHints,
        _ isUnpacked: Bool
    ) throws -> any Error {
        guard failure.status == .damaged else { return failure }
        let report = UnopenedText(
            path: BackupRequest.shownName(of: self.path),
            problem: failure.message,
            advice: failure.advice ?? "use another copy",
            hints: hints,
            isUnpacked: isUnpacked
        )
        try Output.print(report, as: self.output, self.look.display)
        return ExitStatus.damaged
    }
}
