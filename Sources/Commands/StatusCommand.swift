import ArgumentParser
import EtcdStorage
import Operations
import Presentation

/// `registree status FILE`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show a snapshot's hash, revision, keys and size, and what it holds about its cluster.",
        discussion: """
            With -w it prints exactly the fields of etcdutl's `snapshot status`, in etcdutl's formats.
            Pages and records are checked as they are read, and exit code 4 says that the structure is damaged; \
            what only a proof of every record and the digest can show is for --check, or `registree verify`.
            """
    )

    @Argument(help: .backup, completion: .file())
    var path: String

    @Option(name: .shortAndLong, help: "Print only etcdutl's fields, as simple, json, fields or table.")
    var writeOut: EtcdutlFormat?

    @Option(name: .shortAndLong, help: "Print everything, as table or json.")
    var output: ReportFormat = .table

    @OptionGroup var look: LookOptions

    @Flag(help: "Check everything first, digest included, as `registree verify` does.")
    var check = false

    func run() async throws {
        let backup = try BackupRequest(path: self.path).find(.process)
        let database = try backup.database()
        note(backup.notes + database.strayByteNotes() + database.dataDirectoryNotes())
        let verification = try await self.verification(of: database, in: backup)
        if let format = self.writeOut {
            // etcdutl's formats cannot say that a file is damaged, so of one they say nothing.
            if verification?.verdict == .damaged { throw ExitStatus.damaged }
            let status = try SnapshotStatus(of: database)
            try Output.print(format.text(of: status))
            return Completeness.report(status.malformedKeys)
        }
        let report = try StatusReport(of: database)
        let text = StatusText(report, path: backup.path, verification: verification)
        try Output.print(text, as: self.output, self.look.display)
        Completeness.report(report.status.malformedKeys)
        if verification?.verdict == .damaged { throw ExitStatus.damaged }
        if let damage = report.structure.damage(path: backup.path) { throw damage }
    }

    /// Verifies when asked to, and says what was found; nil when not asked to.
    private func verification(
        of database: EtcdDatabase,
        in backup: Backup
    ) async throws -> Verification? {
        guard self.check else { return nil }
        let verification = try await Verification(of: database)
        switch verification.verdict {
        case .sound: break
        case .unproved: note([SourceNote.noDigest(path: backup.path)])
        case .damaged:
            let isUnpacked = backup.isUnpacked
            note(VerificationText(verification, path: backup.path, isUnpacked: isUnpacked).lines)
        }
        return verification
    }
}
