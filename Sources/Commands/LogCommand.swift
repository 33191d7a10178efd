import ArgumentParser
import EtcdStorage
import EtcdStore
import Files
import Operations
import Presentation

/// `registree log DIRECTORY`.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "List the entries of a stopped member's write-ahead log.",
        discussion: """
            As etcd-dump-logs lists them, in the order in which a member applies them, without those that a new leader \
            has replaced. Requests are shown by key, with the size of a value in its place; passwords are never shown. \
            Entries carry no time. Exit code 4 when the log is damaged: what can be read of it is listed.
            """
    )

    @Argument(
        help: ArgumentHelp("The member's data directory, or its log's own.", valueName: "directory"),
        completion: .directory
    )
    var path: String

    @Option(
        help: ArgumentHelp("Where --wal-dir of etcd put the log.", valueName: "directory"),
        completion: .directory
    )
    var walDir: String?

    @Option(
        help: ArgumentHelp(
            "List only these sorts of entries: "
                + LoggedEntry.Sort.allCases.map(\.rawValue).joined(separator: ", ") + ".",
            valueName: "type,…"
        ),
        transform: { text in try sorts(text) }
    )
    var entryType: Set<LoggedEntry.Sort> = []

    @Option(help: ArgumentHelp("The first index that is listed.", valueName: "n"))
    var startIndex: UInt64?

    @Option(help: ArgumentHelp("The last index that is listed.", valueName: "n"))
    var endIndex: UInt64?

    @Flag(help: "Print how often which resources, namespaces and keys are put and deleted.")
    var summary = false

    @Option(name: .shortAndLong, help: "Print a table or json: an object a line.")
    var output: LogFormat = .table

    @OptionGroup var pager: PagerOptions

    func validate() throws {
        if let startIndex, let endIndex, startIndex > endIndex {
            throw ValidationError("--start-index \(startIndex) is greater than --end-index \(endIndex).")
        }
    }

    func run() throws {
        guard isDirectory(path: self.path) else {
            throw Failure(
                "\(self.path) is not a directory",
                advice: "give a stopped member's data directory, or its log's own",
                status: .badInput
            )
        }
        var request = LogListingRequest(path: self.path)
        request.logDirectory = self.walDir
        request.sorts = self.entryType
        request.first = self.startIndex
        request.last = self.endIndex
        let listing = try LogListing(request)
        note(listing.notes)
        if self.summary { try self.printSummary(of: listing) } else { try self.print(listing) }
        if listing.entries.damage != nil { throw ExitStatus.damaged }
    }

    private func print(_ listing: LogListing) throws {
        let text = LogLineText(self.output)
        var output = try Output(self.pager.display)
        try output.write(text.heading(of: listing))
        var isEmpty = true
        try listing.forEach { entry in
            isEmpty = false
            switch self.output {
            case .table: try output.write(text.line(entry))
            case .json: try output.write(json: text.line(entry))
            }
        }
        try output.flush()
        if isEmpty { note(text.nothingLine(of: listing)) }
    }

    private func printSummary(of listing: LogListing) throws {
        var usage = LogUsage()
        try listing.forEach { usage.add($0) }
        let format: ReportFormat =
            switch self.output {
            case .table: .table
            case .json: .json
            }
        try Output.print(LogUsageText(usage), as: format, self.pager.display)
    }
}

/// The sorts that `--entry-type` names, separated by commas.
private func sorts(_ text: String) throws -> Set<LoggedEntry.Sort> {
    var sorts: Set<LoggedEntry.Sort> = []
    for word in text.split(separator: ",") {
        guard let sort = LoggedEntry.Sort(rawValue: String(word)) else {
            throw ValidationError("--entry-type does not know \(word).")
        }
        sorts.insert(sort)
    }
    return sorts
}
