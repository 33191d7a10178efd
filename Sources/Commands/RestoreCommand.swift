import ArgumentParser
import EtcdStorage
import Files
import FoundationEssentials
import Operations
import Presentation

/// `registree restore FILE`.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Restore a snapshot to the data directories of a new cluster.",
        discussion: """
            The flags mean what they mean to etcdutl. The snapshot's digest is compared, the new database is \
            read back, everything is synced, and only then do the directories get their names: they are \
            complete or absent. Nothing that exists is overwritten.

            Of a stopped member's data directory everything is restored that its write-ahead log holds. Exit code 4 when \
            the log could not be read to its end: what could be is restored.
            """
    )

    @OptionGroup var backup: BackupOptions

    @OptionGroup var wanted: EarlierStateOptions

    @Argument(
        help: ArgumentHelp(
            "More data directories, of other members of the same cluster: the one whose log goes furthest is restored.",
            valueName: "directory"
        ),
        completion: .directory
    )
    var otherDirectories: [String] = []

    @OptionGroup var log: LogOptions

    @OptionGroup(title: "The new cluster") var cluster: ClusterOptions

    @Option(help: "The member's data directory; absent or empty (default: <name>.etcd).")
    var dataDir: String?

    @Option(help: "Where the write-ahead log goes (default: inside the data directory).")
    var walDir: String?

    @Option(
        help: ArgumentHelp(
            "Restore every member of --initial-cluster, each to <directory>/<name>.",
            valueName: "directory"
        )
    )
    var allMembers: String?

    @Flag(help: "Do not compare the digest; also for a database that has none.")
    var skipHashCheck = false

    @Option(
        help: "Raise the revision by this much, so that no client sees it go back; needs --mark-compacted."
    )
    var bumpRevision: UInt64 = 0

    @Flag(help: "Mark everything up to the raised revision as compacted; needs --bump-revision.")
    var markCompacted = false

    @Flag(help: "Print everything that would be done, and write nothing.")
    var dryRun = false

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    func validate() throws {
        guard self.allMembers == nil || self.dataDir == nil && self.walDir == nil else {
            throw ValidationError("--all-members names every directory: leave out --data-dir and --wal-dir.")
        }
    }

    func run() async throws {
        do {
            try await self.restore()
        } catch let error as FileError where error.reason == .exists {
            throw Failure(
                error.description,
                advice: "restore never replaces anything: choose another name",
                status: .badInput
            )
        }
    }

    private func restore() async throws {
        // What was typed is looked at before anything is read.
        var request = try self.request()
        let backup = try await self.backup.open(
            at: self.wanted,
            self.log,
            among: self.otherDirectories,
            digest: self.skipHashCheck ? .ignored : .required
        )
        note(backup.notes.filter(\.isAboutReplay))
        request.snapshotPath = backup.path
        let restore = try Restore(request, of: backup.database, notes: backup.notes)
        try restore.checkDestinations()
        let space = try restore.space()
        if space.neededAtMost > space.free {
            note(spaceWarning(neededAtMost: space.neededAtMost, free: space.free))
        }
        if !self.dryRun { _ = try await restore.run() }
        let report = RestoreReport(
            restore,
            isDone: !self.dryRun,
            workingDirectory: FileManager.default.currentDirectoryPath
        )
        note(report.warnings.map { "Warning: \($0)" })
        let restored = restore.plan.restoredRevision
        if let warning = backup.earlier?.warning(restoredRevision: restored) { note(warning) }
        try Output.print(report, as: self.output)
        if self.log.reading.isReplayed, backup.notes.contains(where: \.tellsOfUnreadEntries) {
            throw ExitStatus.damaged
        }
    }

    private func request() throws -> RestoreRequest {
        let bump = try RevisionBump.from(bumpRevision: self.bumpRevision, markCompacted: self.markCompacted)
        let cluster = try self.cluster.parsed()
        return RestoreRequest(
            snapshotPath: self.backup.path,
            cluster: cluster,
            destination: try self.destination(in: cluster),
            bump: bump,
            skipsHashCheck: self.skipHashCheck
        )
    }

    private func destination(in cluster: InitialCluster) throws -> RestoreRequest.Destination {
        if let allMembers { return .allMembers(directory: allMembers) }
        return .member(
            try self.cluster.member(of: cluster),
            dataDirectory: self.dataDir ?? "\(self.cluster.name).etcd",
            logDirectory: self.walDir
        )
    }
}

/// etcdutl's flags that describe the cluster a member wakes up in.
struct ClusterOptions: ParsableArguments {
    @Option(help: "The member's name.")
    var name = "default"

    @Option(
        help: ArgumentHelp(
            "All members, as name=peer-url,… (default: this member alone).",
            valueName: "name=url,…"
        )
    )
    var initialCluster: String?

    @Option(help: "A name that gives clusters with the same URLs different IDs.")
    var initialClusterToken = "etcd-cluster"

    @Option(
        help: ArgumentHelp(
            "The member's own peer URLs (default: those in --initial-cluster, else http://localhost:2380).",
            valueName: "url,…"
        )
    )
    var initialAdvertisePeerUrls: String?

    func parsed() throws -> InitialCluster {
        let urls = (self.initialAdvertisePeerUrls ?? "http://localhost:2380").split(separator: ",")
        let alone = urls.map { "\(self.name)=\($0)" }.joined(separator: ",")
        return try InitialCluster(parsing: self.initialCluster ?? alone, token: self.initialClusterToken)
    }

    func member(of cluster: InitialCluster) throws -> InitialCluster.Member {
        guard let advertised = self.initialAdvertisePeerUrls else {
            return try cluster.member(named: self.name)
        }
        return try cluster.member(named: self.name, advertising: advertised)
    }
}
