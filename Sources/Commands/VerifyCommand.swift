import ArgumentParser
import EtcdStorage
import Operations
import Presentation

/// `registree verify FILE`.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that a snapshot is sound, or say everything that is wrong with it.",
        discussion: """
            Compares the SHA-256 at the file's end, checks every page, and proves the history of every key. \
            A file without a digest is checked all the same; then a changed byte inside a value cannot be \
            seen, and the verdict says so. The file is never changed. Exit code 4 when it is damaged.
            """
    )

    @Argument(help: ArgumentHelp("Snapshot file, or a stopped member's data directory.", valueName: "file"))
    var path: String

    @Option(name: .shortAndLong, help: "table or json.")
    var output: ReportFormat = .table

    func run() async throws {
        let database: EtcdDatabase
        do {
            database = try EtcdDatabase(path: self.path)
        } catch {
            throw try self.reportUnopened(Failure(error))
        }
        noteEntriesNotShown(of: database)
        let verification = try await Verification(of: database)
        switch self.output {
        case .table: try Output.print(verification.text(path: self.path))
        case .json: try Output.print(verification.json(path: self.path))
        }
        if verification.verdict == .damaged { throw ExitStatus.damaged }
    }

    /// A file too damaged to be opened gets its verdict all the same; what is no snapshot at all is an error.
    private func reportUnopened(_ failure: Failure) throws -> any Error {
        guard failure.status == .damaged else { return failure }
        switch self.output {
        case .table: try Output.print("\(terminalText(failure.message)): damaged\n")
        case .json: try Output.print(unopenedJSON(path: self.path, problem: failure.message))
        }
        return ExitStatus.damaged
    }
}
