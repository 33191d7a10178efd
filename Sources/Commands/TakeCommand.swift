import ArgumentParser
import EtcdClient
import EtcdStorage
import FoundationEssentials
import Glibc
import Operations
import Presentation
import SystemPackage

/// `registree take [FILE | DIRECTORY | -]`, `registree take -f DATA-DIRECTORY… FILE`.
struct TakeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take",
        abstract: "Take a snapshot of a live etcd or a stopped member, and prove it.",
        discussion: """
            Of several endpoints, the healthiest voting member with the highest revision is asked, and the \
            next when it fails; one whose data the cluster has marked as corrupt only when there is no other. \
            What comes is compared with its SHA-256, read back, checked, and put on the \
            disk before it gets its name: the file is complete or absent. Its mode is 0600.

            With -f it is taken of a stopped member's data directory, with everything that its write-ahead log holds; \
            of several directories of one cluster the one whose log goes furthest. $REGISTREE_FROM is not asked. \
            Exit code 4 when the log could not be read to its end: what could be is in the snapshot.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A file; a directory, where the file is named after cluster, time and revision; or - for "
                + "standard output (default: this directory). With -f, more data directories may stand before it.",
            valueName: "file"
        ),
        completion: .file()
    )
    var paths: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "A stopped member's data directory, in place of a live etcd; may be given for several members.",
            valueName: "directory"
        ),
        completion: .directory
    )
    var file: [String] = []

    @OptionGroup var log: LogOptions

    @OptionGroup(title: "The live etcd") var connection: EndpointOptions

    @Option(
        help: ArgumentHelp(
            "In a directory: what stands in the file's name in place of the cluster ID.",
            valueName: "name"
        )
    )
    var name: String?

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @Flag(help: "Take it from a learner, which may not have all data, when no voting member is reached.")
    var allowLearner = false

    @Option(help: ArgumentHelp("Refuse a snapshot of fewer live keys than this.", valueName: "n"))
    var expectKeys = 0

    @Option(help: ArgumentHelp("Give up when no data has come for this long.", valueName: "time"))
    var progressTimeout = GoDuration(.seconds(60))

    @Option(name: .shortAndLong, help: "Print what was taken as a table or json.")
    var output: ReportFormat = .table

    /// Where the snapshot goes.
    private var path: String { self.paths.last ?? "." }

    func validate() throws {
        guard self.paths.count <= 1 || !self.file.isEmpty else {
            throw ValidationError("Give one file; several data directories need -f before them.")
        }
        guard self.file.isEmpty || self.connection.flags.endpoints.isEmpty else {
            throw ValidationError("-f and --endpoints exclude each other.")
        }
        guard self.expectKeys >= 0 else { throw ValidationError("--expect-keys must be 0 or more.") }
        guard self.expectKeys == 0 || self.path != "-" || !self.file.isEmpty else {
            throw ValidationError(
                "--expect-keys needs a file: what went to standard output cannot be taken back."
            )
        }
        guard let name = self.name else { return }
        if name.isEmpty || name.contains("/") {
            throw ValidationError("--name must be a part of a file's name: not empty, and without /.")
        }
    }

    func run() async throws {
        if self.path == "-", isatty(STDOUT_FILENO) == 1 {
            throw Failure(
                "a snapshot cannot be written to a terminal",
                advice: "send it to a file or a program: registree take - | …",
                status: .badInput
            )
        }
        guard self.file.isEmpty else { return try self.takeMember() }
        let connection = try self.connection.connection()
        var request = TakeRequest(
            endpoints: connection.endpoints,
            options: connection.options,
            destination: TakeDestination(self.path, name: self.name),
            date: { Date.now }
        )
        request.endpointsLeadToOneMember = connection.leadsToOneMember
        request.replacing = self.force
        request.allowsLearner = self.allowLearner
        request.expectedKeys = self.expectKeys
        request.spoolDirectory = CallerContext.process.temporaryDirectory
        request.progressTimeout = self.progressTimeout.duration
        if self.path == "-" {
            try await self.streamOut(request)
        } else {
            try await self.takeFile(request)
        }
    }

    /// Takes it of a stopped member.
    private func takeMember() throws {
        if self.path != "-", DataDirectoryLayout.isDataDirectory(self.path) {
            throw Failure(
                "\(self.path) is a member's data directory, and no place for a snapshot",
                advice: "name the new file behind the directories",
                status: .badInput
            )
        }
        var take = MemberTake(
            paths: self.file + self.paths.dropLast(),
            reading: self.log.reading,
            destination: TakeDestination(self.path, name: self.name),
            date: { Date.now }
        )
        take.replacing = self.force
        take.expectedKeys = self.expectKeys
        guard self.path == "-" else {
            let taken = try take.run()
            let text = TakenMemberText(taken)
            note(text.lines)
            try Output.print(text, as: self.output)
            return try self.requireWhole(taken)
        }
        let scratch = CallerContext.process.temporaryDirectory
        let taken = try take.stream(in: scratch) { bytes in
            try FileDescriptor.standardOutput.writeAll(bytes)
        }
        let text = TakenMemberText(taken)
        note(text.lines)
        note(try String(self.output.text(of: text).dropLast()))
        try self.requireWhole(taken)
    }

    /// Ends with the status of damage when the log was to be read, and could not be to its end.
    private func requireWhole(_ taken: TakenMember) throws {
        if self.log.reading.isReplayed, !taken.isWhole { throw ExitStatus.damaged }
    }

    private func takeFile(_ request: TakeRequest) async throws {
        let taken = try await shown { try await Take(request, progress: $0).run() }
        let text = TakeText(taken)
        note(text.warnings)
        try Output.print(text, as: self.output)
    }

    private func streamOut(_ request: TakeRequest) async throws {
        let taken = try await shown { progress in
            try await Take(request, progress: progress).stream { bytes in
                try FileDescriptor.standardOutput.writeAll(bytes)
            }
        }
        let text = TakeText(taken)
        note(text.warnings)
        note(try String(self.output.text(of: text).dropLast()))
    }
}

/// Runs `take` with a progress line, which is gone when it returns.
private func shown<Result>(
    _ take: (@escaping @Sendable (TakeProgress) -> Void) async throws -> Result
) async throws -> Result {
    let line = ProgressLine()
    defer { line.clear() }
    return try await take { progress in
        switch progress {
        case .receiving(let byteCount, let total): line.show(done: byteCount, total: total)
        case .checking: line.show("checking what was written")
        }
    }
}
