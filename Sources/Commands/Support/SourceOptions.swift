import ArgumentParser
import EtcdClient
import EtcdStorage
import Files
import Foundation
import Operations

/// `-f SOURCE` and what else says which keys to look at; the same for every command that reads objects or keys.
struct SourceOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "What to read: a snapshot file, a stopped member's data directory, or live "
                + "(default: $REGISTREE_FROM).",
            valueName: "source"
        )
    )
    var file: String?

    @Option(
        name: [.long, .customLong("rev")],
        help: ArgumentHelp("Show the keys as they were at this revision.", valueName: "n")
    )
    var revision: Int64?

    @Flag(help: "Compare the snapshot's digest with its bytes first.")
    var check = false

    @OptionGroup(title: "A live etcd") var endpoints: EndpointOptions

    func validate() throws {
        if let revision = self.revision, revision < 1 { throw ValidationError("--revision is 1 or more.") }
    }

    /// Opens what the options and the environment name, and checks it before when that is asked for.
    ///
    /// Only the keys in `ranges` are wanted, which spares a live etcd the others.
    func open(narrowedTo ranges: [KeyRange] = [.all]) async throws -> Source {
        switch try self.name() {
        case .path(let path):
            let database = try EtcdDatabase(path: path)
            if self.check { try checkDigest(of: database) }
            noteEntriesNotShown(of: database)
            return Source(keyspace: try database.keyspace(at: self.revision), database: database)
        case .live:
            let live = try self.liveKeyspace()
            return Source(keyspace: try await live.read(ranges.map(RequestRange.init), at: self.revision))
        }
    }

    /// The live etcd, when that is the source; asks for a password at most once.
    func live() throws -> LiveKeyspace? {
        guard case .live = try self.name() else { return nil }
        return try self.liveKeyspace()
    }

    private func liveKeyspace() throws -> LiveKeyspace {
        let connection = try self.endpoints.connection()
        return LiveKeyspace(
            endpoints: connection.endpoints,
            options: connection.options,
            spoolDirectory: TemporaryFiles.directory(in: ProcessInfo.processInfo.environment)
        )
    }

    /// The source: from `-f`, from `--endpoints`, from the environment, or the live etcd of this machine.
    private func name() throws -> SourceName {
        if let file {
            guard !self.endpoints.areGiven || file == "live" else {
                throw Failure("-f names a file, and --endpoints a live etcd: say one", status: .badInput)
            }
            return SourceName(file)
        }
        let environment = ProcessInfo.processInfo.environment
        if self.endpoints.areGiven { return .live }
        if let name = environment["REGISTREE_FROM"], !name.isEmpty { return SourceName(name) }
        if environment["ETCDCTL_ENDPOINTS"] != nil || self.endpoints.areFoundHere { return .live }
        throw Failure(
            "no source is named",
            advice: "say -f and a snapshot file, a stopped member's data directory or live, "
                + "or set REGISTREE_FROM",
            status: .badInput
        )
    }
}

/// Compares the digest with the bytes; says so when there is none to compare.
func checkDigest(of database: EtcdDatabase) throws {
    if try !database.checkDigest() { note("Note: \(database.path) has no digest: its values are not proved") }
}

/// Says how many entries of a member's log its database does not hold yet; a snapshot file has no log.
func noteEntriesNotShown(of database: EtcdDatabase) {
    guard database.dataDirectory != nil else { return }
    do {
        let count = try database.logEntriesNotShown(StoreFacts(reading: database)) ?? 0
        if count > 0 {
            note(
                "Note: \(count) entries of the member's write-ahead log are later than its database and not shown"
            )
        }
    } catch {
        note("Note: the member's write-ahead log cannot be read, so later entries may be missing: \(error)")
    }
}

/// What `-f` names.
enum SourceName {
    case path(String)
    case live

    init(_ name: String) {
        self = name == "live" ? .live : .path(name)
    }
}

/// An opened source: the keys at one revision, wherever they come from.
struct Source {
    var keyspace: Keyspace
    /// The file; nothing for a live etcd.
    var database: EtcdDatabase?
}
