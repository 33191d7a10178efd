import ArgumentParser
import EtcdClient
import EtcdStorage
import Files
import FoundationEssentials
import Operations
import Presentation

/// `registree rehearse FILE`.
struct RehearseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Rehearse a recovery: restore a snapshot aside, serve it, read it back, and check it.",
        discussion: """
            The file is verified and restored to a scratch directory; a store is started on that and asked \
            for every key, revision, value and lease over gRPC; a snapshot is taken from it again; and \
            everything is compared with the file. Then the objects are checked for what Kubernetes would \
            trip over after a recovery: each such thing is a warning, with names. Nothing outside the \
            scratch directory is written, and it is removed at the end. Exit code 4 when the snapshot does not come back as it was.
            """
    )

    @OptionGroup var backup: BackupOptions

    @OptionGroup var wanted: EarlierStateOptions

    @OptionGroup var log: LogOptions

    @OptionGroup var decoding: DecodingOptions

    @Option(
        help: ArgumentHelp("Rehearse on this etcd instead of the bundled store.", valueName: "program")
    )
    var etcd: String?

    @Flag(help: "Rehearse on the bundled store as well as on --etcd.")
    var both = false

    @Option(
        help: ArgumentHelp(
            "Start this kube-apiserver on the restored store too, and list every resource through it.",
            valueName: "program"
        )
    )
    var kubeApiserver: String?

    @Option(
        help: ArgumentHelp(
            "A user with all rights, as NAME[:PASSWORD]; --etcd needs one when the snapshot has "
                + "authentication on.",
            valueName: "user"
        )
    )
    var user: String?

    @Option(
        help: ArgumentHelp(
            "Where to restore to (default: $TMPDIR, or /tmp); needs three times the file's size, with --both "
                + "four times.",
            valueName: "directory"
        )
    )
    var scratchDir: String?

    @Flag(help: "Keep the restored directory, and print its path.")
    var keep = false

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    @OptionGroup var look: LookOptions

    func validate() throws {
        if self.both, self.etcd == nil { throw ValidationError("--both needs --etcd.") }
    }

    func run() async throws {
        let (rehearsal, revision) = try await self.rehearse()
        let display = self.look.display
        let text = RehearsalText(
            rehearsal,
            path: BackupRequest.shownName(of: self.backup.path),
            revision: revision,
            width: display.screenWidth ?? 100
        )
        try Output.print(text, as: self.output, display)
        if self.output == .json, let kept = rehearsal.keptPath {
            note("The restored directory was kept: \(kept)")
        }
        if rehearsal.verdict == .fail { throw ExitStatus.damaged }
    }

    /// Rehearses it, and says which revision was asked for by a number or a time.
    private func rehearse() async throws -> (Rehearsal, revision: Int64?) {
        var request = try self.request()
        let line = ProgressLine()
        defer { line.clear() }
        do {
            let backup = try await self.backup.open(
                at: self.wanted,
                self.log,
                digest: .compared,
                scratch: request.scratchParent
            )
            request.path = backup.path
            let rehearse = try Rehearse(request, of: backup.database) { progress in line.show(progress) }
            note(backup.notes.filter { if case .logEntriesNotShown = $0 { false } else { true } })
            return (try await rehearse.run(), backup.earlier?.revision ?? self.wanted.revision)
        } catch let error as StorageError {
            // A file too damaged to be opened gets its verdict all the same.
            let failure = Failure(error)
            guard failure.status == .damaged else { throw failure }
            return (Rehearsal(unopened: failure.message), self.wanted.revision)
        }
    }

    private func request() throws -> RehearsalRequest {
        let scratch = self.scratchDir ?? CallerContext.process.temporaryDirectory
        guard isDirectory(path: scratch) else {
            throw Failure(
                "\(scratch) is not a directory",
                advice: "give a directory with --scratch-dir",
                status: .badInput
            )
        }
        var request = RehearsalRequest(
            path: self.backup.path,
            servers: try self.servers(),
            scratchParent: scratch,
            date: { Date.now }
        )
        request.apiServer = try self.apiServer()
        request.keepsScratch = self.keep
        request.decryption = try self.decoding.decryption()
        request.credentials = try self.user.map { try EtcdUser($0).credentials(.process) }
        return request
    }

    private func servers() throws -> [any RehearsalServer] {
        let real = try self.etcd.map { EtcdProgram(path: try program($0)) }
        guard let real else { return [BundledStore()] }
        return self.both ? [BundledStore(), real] : [real]
    }

    /// It gets the encryption configuration that this command was given.
    private func apiServer() throws -> KubeAPIServer? {
        try self.kubeApiserver.map { name in
            KubeAPIServer(
                path: try program(name),
                encryptionConfigurationPath: self.decoding.encryptionConfig.map(absolute)
            )
        }
    }
}

extension ProgressLine {
    fileprivate func show(_ progress: RehearsalProgress) {
        switch progress {
        case .receiving(let done, let total): self.show(done: done, total: total)
        case .reading, .listing: progress.text.map { self.show($0, now: false) }
        case .verifyingAndRestoring, .restoring, .starting, .checking: progress.text.map { self.show($0) }
        }
    }
}

/// The file of a program that was named: by its path, or by a name that `PATH` leads to.
private func program(_ name: String) throws -> String {
    let places =
        name.contains("/")
        ? [name]
        : (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    for place in places where FileManager.default.isExecutableFile(atPath: place) && !isDirectory(path: place)
    {
        // It is started in another directory.
        return absolute(place)
    }
    throw Failure("\(name) is not an executable file", advice: "give the path of its file", status: .badInput)
}

/// A path that means the same from every directory.
private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : "\(FileManager.default.currentDirectoryPath)/\(path)"
}
