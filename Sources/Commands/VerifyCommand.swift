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
        let verification = try await self.verification()
        switch self.output {
        case .table: try Output.print(verification.text(path: self.path))
        case .json: try Output.print(verification.json(path: self.path))
        }
        if verification.verdict == .damaged { throw ExitStatus.damaged }
    }

    private func verification() async throws -> Verification {
        try await Verification(of: EtcdDatabase(path: self.path))
    }
}
