import ArgumentParser
import EtcdServer
import EtcdStorage
import EtcdStore
import Files
import Logging
import Operations
import ServiceLifecycle

/// `registree serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a snapshot over the network.",
        subcommands: [ServeEtcdCommand.self]
    )
}

/// `registree serve etcd`.
struct ServeEtcdCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "etcd",
        abstract: "Serve a snapshot or a data directory with etcd's API.",
        discussion: """
            The source is never written: what clients write lives in memory and is gone at the end, unless \
            --save puts it into a new snapshot. Without a source the store begins empty. It has no other members: it \
            is for tests, rehearsals and reading, not for a cluster. SIGINT or SIGTERM ends it.
            """
    )

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "What to serve: a snapshot file, packed or not, - for standard input, a directory of backups or a "
                + "stopped member's data directory (default: $REGISTREE_FROM, or an empty store).",
            valueName: "source"
        )
    )
    var file: String?

    @Flag(help: "Compare the snapshot's digest with its bytes first.")
    var check = false

    @OptionGroup var log: LogOptions

    @OptionGroup(title: "Listening") var listening: ListeningOptions

    @Flag(help: "Refuse everything that would change the store; leases do not expire.")
    var readOnly = false

    @Flag(
        help: ArgumentHelp(
            "Ask for no passwords and enforce no permissions, though the source has users.",
            discussion: "Users and roles can still be changed, for example a lost password, and --save "
                + "writes them: a server of the new snapshot enforces them."
        )
    )
    var ignoreAuth = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Refuse puts and new leases when the store has this many bytes, and raise the NOSPACE alarm.",
            discussion: "0 is etcd's default, 2 GiB; without the flag, or below 0, there is no limit. The "
                + "source counts too.",
            valueName: "bytes"
        )
    )
    var quotaBackendBytes: Int64?

    @OptionGroup var wanted: EarlierStateOptions

    @Option(help: ArgumentHelp("Write a snapshot to this file at the end.", valueName: "file"))
    var save: String?

    @Flag(help: "Let --save replace a file.")
    var force = false

    @Option(help: ArgumentHelp("The member's name.", valueName: "name"))
    var name: String?

    @Option(
        name: [.long, .customLong("experimental-watch-progress-notify-interval")],
        help: ArgumentHelp(
            "How often a watch without events is sent its progress, if it asks for that.",
            valueName: "time"
        )
    )
    var watchProgressNotifyInterval = GoDuration(.seconds(600))

    @Option(help: "Log this level and above: debug, info, warning or error.")
    var logLevel: LogLevel = .info

    func validate() throws {
        guard self.watchProgressNotifyInterval.duration >= .milliseconds(100) else {
            throw ValidationError("--watch-progress-notify-interval must be 100ms or more.")
        }
    }

    func run() async throws {
        let places = try self.listening.places()
        if let path = self.save { try self.checkDestination(path) }
        let source = try await self.source()
        let store = try source.store(quota: self.quotaBackendBytes.map(StorageQuota.init) ?? .none)
        let log = self.logLevel.logger
        let server = try StoreServer(store, at: places, options: self.options(source), log: log)
        let services = ServiceGroup(
            services: [server],
            logger: Logger(label: "services") { _ in SwiftLogNoOpLogHandler() }
        )
        Signals.onFirst { Task { await services.triggerGracefulShutdown() } }
        log.info(
            "serving",
            metadata: [
                "listen": .string(server.clientURLs.map(\.description).joined(separator: ",")),
                "metrics": .string(server.metricsURLs.map(\.description).joined(separator: ",")),
                "source": .string(source.path ?? "none"), "revision": "\(store.revision)",
                "read-only": "\(self.readOnly)",
            ]
        )
        try await services.run()
        if let path = self.save { try self.save(store, to: path, log) }
        log.info("stopped", metadata: ["revision": "\(store.revision)"])
    }

    private func options(_ source: ServedSource) -> ServerOptions {
        var options = ServerOptions()
        self.listening.apply(to: &options)
        options.isReadOnly = self.readOnly
        options.watchProgressInterval = self.watchProgressNotifyInterval.duration
        options.ignoresUsers = self.ignoreAuth
        options.name = self.name ?? source.name
        options.spoolDirectory = CallerContext.process.temporaryDirectory
        return options
    }

    private func source() async throws -> ServedSource {
        guard let name = SourceName.named(by: self.file, in: .process) else {
            guard self.wanted.revision == nil, self.wanted.at == nil else {
                throw Failure(
                    "--revision and --at need a source",
                    advice: "give one with -f",
                    status: .badInput
                )
            }
            return ServedSource()
        }
        guard case .path(let path) = name else {
            throw Failure(
                "a live etcd cannot be served",
                advice: "give -f a snapshot file or a stopped member's data directory",
                status: .badInput
            )
        }
        let backup = try BackupRequest(path: path, revision: self.wanted.revision).find(.process)
        note(backup.notes)
        let database = try backup.database()
        if self.check { note(try database.checkedDigestNotes()) }
        let state = MemberState(of: database, self.log.reading, makesPasswords: true)
        note(state.notes)
        let scratch = CallerContext.process.temporaryDirectory
        let earlier = try await self.wanted.state(
            of: state,
            isAtRevision: backup.isAtRevision,
            digest: .ignored,
            in: scratch
        )
        return try ServedSource(earlier?.database ?? state.wholeDatabase(in: scratch))
    }

    /// Finds out now, not after hours, that the file cannot be written.
    private func checkDestination(_ path: String) throws {
        try StagedFile(destination: path, replacing: self.force).discard()
    }

    private func save(_ store: Store, to path: String, _ log: Logger) throws {
        let file = try StagedFile(destination: path, replacing: self.force)
        let snapshot = try store.writeSnapshot(to: file.output)
        try file.commit()
        log.info("saved", metadata: ["file": "\(path)", "revision": "\(snapshot.revision)"])
    }
}

/// What is served, if anything.
private struct ServedSource {
    private var opened: (database: EtcdDatabase, facts: StoreFacts)?

    init() {}

    init(_ database: EtcdDatabase) throws {
        self.opened = (database, try StoreFacts(reading: database))
    }

    var path: String? { self.opened?.database.path }

    var name: String {
        let names = self.opened?.facts.members.sorted { $0.id < $1.id }.compactMap(\.name)
        return names?.first.flatMap { $0.isEmpty ? nil : $0 } ?? "registree"
    }

    func store(quota: StorageQuota) throws -> Store {
        guard let (database, facts) = self.opened else { return Store(identity: .alone, quota: quota) }
        return try Store(source: database, identity: .init(of: facts), quota: quota, now: StoreServer.now)
    }
}
