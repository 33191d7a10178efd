import ArgumentParser
import Files
import FoundationEssentials
import Operations
import Presentation

/// `registree usage [SOURCE [NEWER]]`.
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Show where the bytes of a database are, and how they grow.",
        discussion: """
            Every byte of the file is accounted for: live values, history, tombstones, slack, free pages. Tables by \
            resource, namespace and object follow, with what is written most often, leases, and what compaction and \
            defragmentation would give back. Of a live etcd and of kine's file the live keys are known, not the \
            history. With two sources, the growth from the one of the lower revision to the other. Values are never \
            shown, only names and sizes.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A source as -f names it, and a second one to compare it with.",
            valueName: "source"
        ),
        completion: .file()
    )
    var sources: [String] = []

    @OptionGroup var source: WholeSourceOptions

    @Option(
        help: ArgumentHelp(
            "How large the database may become: etcd's --quota-backend-bytes, such as 8GiB.",
            valueName: "bytes"
        )
    )
    var quota = ByteCount(2 << 30)

    @Option(help: ArgumentHelp("Show so many rows of each table.", valueName: "n"))
    var top = 10

    @Flag(help: "Look into all live values too: how large each field is, and whose managed fields.")
    var fields = false

    @OptionGroup var decoding: DecodingOptions

    @Option(name: .shortAndLong, help: "Print tables or json.")
    var output: ReportFormat = .table

    @Flag(help: "Print metrics for Prometheus, of 100 resources at most.")
    var metrics = false

    @Flag(help: "Draw the shares of the bytes as a treemap above the tables.")
    var treemap = false

    @Option(
        help: ArgumentHelp("Write the report as one HTML page too, with mode 0600.", valueName: "file"),
        completion: .file()
    )
    var report: String?

    @Flag(help: "Replace the report's file if it exists.")
    var force = false

    @OptionGroup var fit: FitOptions
    @OptionGroup var look: LookOptions

    func validate() throws {
        guard self.sources.count <= 2 else { throw ValidationError("Give one source, or two to compare.") }
        guard self.sources.isEmpty || self.source.file == nil else {
            throw ValidationError("Name the source once: as an argument or with -f.")
        }
        guard (1...10_000).contains(self.top) else { throw ValidationError("--top must be 1 to 10000.") }
        guard !self.metrics || self.sources.count < 2 else {
            throw ValidationError("--metrics are those of one source.")
        }
        guard !self.metrics || self.output == .table else {
            throw ValidationError("Choose --metrics or -o json.")
        }
        guard !self.force || self.report != nil else { throw ValidationError("--force is for --report.") }
    }

    func run() async throws {
        let page = try self.report.map { try self.stagedReport($0) }
        let (reading, name) = try await self.read(self.sources.first ?? self.source.file)
        if self.sources.count == 2 {
            let (other, otherName) = try await self.read(self.sources[1])
            let isInOrder = reading.usage.revision <= other.usage.revision
            let (before, after) = isInOrder ? (name, otherName) : (otherName, name)
            let growth = SpaceGrowth(reading, other, limit: self.top)
            let text = SpaceGrowthText(growth, before: before, after: after, limit: self.top)
            try Output.print(text, as: self.output, self.display)
            try page?.write(SpacePage(growth, before: before, after: after, limit: self.top))
            Completeness.report(other.usage.malformedKeys)
        } else if self.metrics {
            try Output.print(SpaceMetrics(reading.usage).text, self.display)
            try page?.write(SpacePage(reading.usage, source: name, limit: self.top))
        } else {
            let width = self.treemap ? self.treemapWidth : nil
            let text = SpaceText(reading.usage, source: name, limit: self.top, treemapWidth: width)
            try Output.print(text, as: self.output, self.display)
            try page?.write(SpacePage(reading.usage, source: name, limit: self.top))
        }
        Completeness.report(reading.usage.malformedKeys)
    }

    private var display: Display { self.fit.apply(to: self.look.display) }

    private var treemapWidth: Int { min(200, max(40, self.look.display.screenWidth ?? 100)) }

    private func read(_ file: String?) async throws -> (reading: SpaceReading, name: String) {
        let (source, name) = try self.source.open(file)
        let request = SpaceRequest(
            source: source,
            quota: self.quota.byteCount,
            limit: self.top,
            countsFields: self.fields,
            decryption: try self.decoding.decryption(),
            now: Int64(Date().timeIntervalSince1970)
        )
        return (try await request.read(), name)
    }

    /// Finds out before the work, not after it, that the file cannot be written.
    private func stagedReport(_ path: String) throws -> StagedFile {
        do throws(FileError) {
            return try StagedFile(destination: path, replacing: self.force)
        } catch  where error.reason == .exists {
            throw Failure(
                error.description,
                advice: "choose another name, or replace it with --force",
                status: .badInput
            )
        }
    }
}

extension StagedFile {
    /// Writes the page, which is then complete and on the disk.
    fileprivate func write(_ page: SpacePage) throws {
        try self.output.append(Array(page.html.utf8))
        try self.commit()
    }
}
