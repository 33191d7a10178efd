import ArgumentParser
import Files
import Operations
import Presentation

/// `registree salvage FILE NEW`.
struct SalvageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "salvage",
        abstract: "Make a sound snapshot of what can be read of a damaged one.",
        discussion: """
            For a damaged database of which there is no other copy. Every page is looked at: the state before the \
            last transaction is taken when that is sound, else the newest tree around its damaged pages, and pages \
            that no sound one names. The compact revision is raised to where the history is whole again, so that no \
            state is shown that lacks something in its middle. What is saved, lost and unknown is printed. The file \
            is never changed, and NEW never replaces another one. Exit code 4 when nothing can be saved.
            """
    )

    @Argument(
        help: ArgumentHelp("Snapshot file, or a stopped member's data directory.", valueName: "file"),
        completion: .file()
    )
    var path: String

    @Argument(help: ArgumentHelp("The new snapshot file.", valueName: "new"), completion: .file())
    var new: String?

    @Flag(help: "Print what would be saved, and write nothing.")
    var dryRun = false

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    func validate() throws {
        guard self.dryRun || self.new != nil else {
            throw ValidationError("Give the name of the new file, or --dry-run.")
        }
    }

    func run() throws {
        let salvage = try Salvage(path: self.path)
        var file: SalvageText.File?
        if !self.dryRun, let new { file = try self.write(salvage, to: new) }
        try Output.print(SalvageText(salvage.report, source: self.path, file: file), as: self.output)
    }

    private func write(_ salvage: Salvage, to path: String) throws -> SalvageText.File {
        do {
            let (byteCount, digest) = try salvage.write(to: path)
            return SalvageText.File(path: path, size: byteCount, digest: digest)
        } catch let error as FileError where error.reason == .exists {
            throw Failure(
                error.description,
                advice: "salvage never replaces anything: choose another name",
                status: .badInput
            )
        }
    }
}
