import ArgumentParser
import EtcdStorage
import Operations
import Presentation

/// `registree status FILE`.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show a snapshot's hash, revision, keys and size, and what it holds about its cluster.",
        discussion: """
            With -w it prints exactly the fields of etcdutl's `snapshot status`, in etcdutl's formats.
            Pages and records are checked as they are read; only `registree verify` compares the digest.
            """
    )

    @Argument(help: ArgumentHelp("Snapshot file, or a stopped member's data directory.", valueName: "file"))
    var path: String

    @Option(name: .shortAndLong, help: "Print only etcdutl's fields, as simple, json, fields or table.")
    var writeOut: EtcdutlFormat?

    @Option(name: .shortAndLong, help: "Print everything, as table or json.")
    var output: ReportFormat = .table

    @Flag(help: "Compare the snapshot's digest with its bytes first.")
    var check = false

    func run() throws {
        let database = try EtcdDatabase(path: self.path)
        if self.check { note(try database.checkedDigestNotes()) }
        note(database.strayByteNotes() + database.dataDirectoryNotes())
        if let format = self.writeOut {
            let status = try SnapshotStatus(of: database)
            return try Output.print(format.text(of: status))
        }
        let report = try StatusReport(of: database)
        try Output.print(StatusText(report, path: self.path), as: self.output)
    }
}
