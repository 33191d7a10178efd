import ArgumentParser
import EtcdClient
import EtcdStore
import FoundationEssentials
import KubernetesCodec
import KubernetesRegistry
import Operations
import Presentation

/// `-f SOURCE` and what else says which keys to look at; the same for every command that reads objects or keys.
struct SourceOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: .source,
        completion: .file()
    )
    var file: String?

    @Option(
        name: [.long, .customLong("rev")],
        help: ArgumentHelp("Show the keys as they were at this revision.", valueName: "n")
    )
    var revision: Int64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Show the keys as they were at this time: 2026-11-22T13:20:00Z, or -5m, -36h or -2d: back from the newest time that the "
                + "source knows, of a live etcd from now.",
            valueName: "time"
        )
    )
    var at: TimePoint?

    @Flag(help: "Compare the snapshot's digest with its bytes first.")
    var check = false

    @OptionGroup var log: LogOptions

    func validate() throws { try requireRevision(self.revision, orTime: self.at) }

    /// The revision that is asked for, by its number or by a time, in which case it is said which one that is.
    ///
    /// - Returns: nil for the newest.
    func shownRevision(
        of source: Source,
        etcdPrefix: String? = nil,
        decryption: Decryption? = nil
    ) async throws -> Int64? {
        guard let at = self.at else { return self.revision }
        let registry = RegistrySource(source, revision: nil, etcdPrefix: etcdPrefix)
        let found = try await registry.revision(at: at, now: .now, decryption: decryption)
        note(found.line)
        return found.revision
    }

    /// Opens what the flags and the environment name, and prints what a person should know of it.
    func open(_ endpoints: EndpointOptions, _ reading: LiveReadingOptions) throws -> Source {
        var connection = endpoints.flags
        connection.consistency = reading.consistency
        let request = SourceRequest(
            file: self.file,
            revision: self.revision,
            connection: connection,
            checksDigest: self.check,
            log: self.log.reading
        )
        let (source, notes) = try request.open(.process)
        note(notes)
        return source
    }
}

/// How the write-ahead log of a stopped member is read; the same for every command that reads its directory.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Of a stopped member of several: keep or drop the last entries of its write-ahead log, which it does not "
                + "know to be committed, though clients may have been told of them.",
            valueName: "keep|drop"
        )
    )
    var uncommitted: UncommittedEntries = .keep

    @Flag(help: "Of a stopped member, read the database alone, without its write-ahead log.")
    var noLog = false

    var reading: LogReading {
        LogReading(
            isReplayed: !self.noLog,
            uncommitted: self.uncommitted,
            scratchDirectory: CallerContext.process.temporaryDirectory
        )
    }
}

extension Int64 {
    /// The time now, in milliseconds since 1970.
    static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }
}

/// How the keys of a live etcd are read.
struct LiveReadingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How a live etcd is read: l as its whole cluster agrees, s as the one member has it, also without quorum.",
            valueName: "l|s"
        )
    )
    var consistency: ConnectionOptions.ReadConsistency = .linearizable
}

/// The source of the commands that look at Kubernetes' objects.
struct RegistryOptions: ParsableArguments {
    @OptionGroup var source: SourceOptions
    @OptionGroup(title: "A live etcd") var endpoints: EndpointOptions
    @OptionGroup(title: "A live etcd") var reading: LiveReadingOptions

    @Option(
        help: ArgumentHelp(
            "Read only the keys below this root (default: all roots in the source, such as /registry).",
            valueName: "prefix"
        )
    )
    var etcdPrefix: String?

    /// Opens the source, and finds the revision that is asked for.
    ///
    /// - Parameter decryption: Opens encrypted values, which may tell the time of revisions.
    /// - Returns: The source at its revision.
    /// - Throws: `HistoryError` for a time of which the source knows nothing; what opening the source throws.
    func open(_ decryption: Decryption? = nil) async throws -> RegistrySource {
        let source = try self.openNewest()
        let revision = try await self.source.shownRevision(
            of: source.source,
            etcdPrefix: self.etcdPrefix,
            decryption: decryption
        )
        return RegistrySource(source.source, revision: revision, etcdPrefix: self.etcdPrefix)
    }

    /// Opens the source, whatever revision is asked for.
    func openNewest() throws -> RegistrySource {
        RegistrySource(
            try self.source.open(self.endpoints, self.reading),
            revision: nil,
            etcdPrefix: self.etcdPrefix
        )
    }
}

/// The source of the commands that look at all of it, history included, and so at no single revision.
struct WholeSourceOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: .source, completion: .file())
    var file: String?

    @Flag(help: "Compare the snapshot's digest with its bytes first.")
    var check = false

    @Option(
        help: ArgumentHelp(
            "Tell apart only the keys below this root (default: all roots in the source, such as /registry).",
            valueName: "prefix"
        )
    )
    var etcdPrefix: String?

    @OptionGroup(title: "A live etcd") var endpoints: EndpointOptions
    @OptionGroup(title: "A live etcd") var reading: LiveReadingOptions

    /// Opens a source, and prints what a person should know of it.
    ///
    /// - Parameter file: As `-f` names it; nil for what the environment names.
    /// - Returns: The source, and what reports call it.
    /// - Throws: What ``SourceRequest/open(_:)`` throws.
    func open(_ file: String?) throws -> (source: RegistrySource, name: String) {
        var connection = self.endpoints.flags
        connection.consistency = self.reading.consistency
        let request = SourceRequest(
            file: file,
            connection: connection,
            checksDigest: self.check,
            // What is looked at lies in the database.
            log: LogReading(isReplayed: false)
        )
        let (source, notes) = try request.open(.process)
        note(notes)
        let registry = RegistrySource(source, revision: nil, etcdPrefix: self.etcdPrefix)
        return (registry, source.path ?? "live etcd")
    }
}

/// `-n` and `-A`.
struct NamespaceOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Show this namespace.", completion: .namespaces)
    var namespace: String?

    @Flag(name: [.customShort("A"), .long], help: "Show all namespaces.")
    var allNamespaces = false

    func validate() throws {
        if self.namespace?.isEmpty == true { throw ValidationError("-n needs a namespace's name.") }
    }

    /// The one namespace that is asked for; `-A` wins over `-n`, as in kubectl.
    var only: String? { self.allNamespaces ? nil : self.namespace }
    /// The same for commands that look at one namespace, `default`, when they are told nothing.
    var onlyOrDefault: String? { self.allNamespaces ? nil : self.namespace ?? "default" }

    /// Prints for `-A` how many clusters share the etcd when there are several.
    func noteRoots(of registry: Registry) {
        guard self.allNamespaces, let line = registry.rootsLine else { return }
        note(line)
    }
}

extension ArgumentHelp {
    /// Of `-f`.
    static let source = ArgumentHelp(
        "What to read: a snapshot file, packed or not, - for standard input, a directory of backups, a stopped "
            + "member's data directory, kine's file (state.db of k3s), or live (default: $REGISTREE_FROM).",
        valueName: "source"
    )

    /// Of the argument of commands that read one backup as a whole.
    static let backup = ArgumentHelp(
        "Snapshot file, packed or not, - for standard input, a directory of backups, kine's file, or a stopped "
            + "member's data directory.",
        valueName: "file"
    )
}
