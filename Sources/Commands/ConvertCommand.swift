import ArgumentParser
import Operations
import Presentation

/// `registree convert STATE.DB NEW.DB`.
struct ConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Make a snapshot of etcd from kine's file, which a single k3s or k0s server keeps.",
        discussion: """
            The file is /var/lib/rancher/k3s/server/db/state.db of k3s, /var/lib/k0s/db/state.db of k0s. A copy needs \
            state.db-wal beside it, where the newest changes are. Neither is written, and the server may run. The \
            snapshot has the keys of one revision, with their own revisions, and ends in its digest; it is read back, \
            checked and synced before it gets its name, and `registree restore` makes a member's data directory of \
            it. History, leases and IDs are not kine's to give: keys that had a time to live stay.
            """
    )

    @Argument(help: ArgumentHelp("kine's file.", valueName: "state.db"), completion: .file())
    var source: String

    @Argument(help: ArgumentHelp("The new snapshot.", valueName: "new.db"), completion: .file())
    var destination: String

    @Option(
        name: [.long, .customLong("rev")],
        help: ArgumentHelp("Convert the keys as they were at this revision.", valueName: "n")
    )
    var revision: Int64?

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @Option(name: .shortAndLong, help: "Print what was made as a table or json.")
    var output: ReportFormat = .table

    func validate() throws { try requireRevision(self.revision) }

    func run() async throws {
        var convert = Convert(self.source, to: self.destination)
        convert.replacing = self.force
        convert.revision = self.revision
        convert.scratchDirectory = CallerContext.process.temporaryDirectory
        let text = ConvertText(try convert.run(), of: self.source)
        note(text.warnings)
        try Output.print(text, as: self.output)
    }
}
