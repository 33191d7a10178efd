import ArgumentParser
import Operations
import Presentation

/// `registree members DIRECTORY…`.
struct MembersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members",
        abstract: "Compare the data directories of a cluster's stopped members, and say which one to take.",
        discussion: """
            Each is read with its write-ahead log. The one to take is the one whose log ends in the greatest term, and of \
            these the longest: if a majority of the members is here, it has every write that a client was told of. What a \
            member knows to be committed lags behind, and is not asked. Exit code 4 when a directory is damaged or two \
            contradict each other.
            """
    )

    @Argument(
        help: ArgumentHelp("The members' data directories.", valueName: "directory"),
        completion: .directory
    )
    var directories: [String]

    @OptionGroup var log: LogOptions

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    @OptionGroup var look: LookOptions

    func run() throws {
        let report = try MembersReport(self.directories, self.log.reading)
        try Output.print(MembersText(report), as: self.output, self.look.display)
        if !report.isSound { throw ExitStatus.damaged }
    }
}
