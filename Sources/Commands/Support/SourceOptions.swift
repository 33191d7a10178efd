import ArgumentParser
import EtcdClient
import EtcdStorage
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

    /// Opens what the options and the environment name, and checks it when that is asked for.
    ///
    /// Only the keys in `ranges` are wanted, which spares a live etcd the others.
    func open(narrowedTo ranges: [KeyRange] = [.all]) async throws -> Source {
        let source = try await self.openUnchecked(ranges)
        if self.check { try source.check() }
        return source
    }

    private func openUnchecked(_ ranges: [KeyRange]) async throws -> Source {
        let environment = ProcessInfo.processInfo.environment
        let named = self.file ?? (self.endpoints.areGiven ? "live" : environment["REGISTREE_FROM"])
        switch try SourceName(named, default: self.endpoints.isFoundHere ? .live : nil) {
        case .path(let path):
            let database = try EtcdDatabase(path: path)
            noteEntriesNotShown(of: database)
            return Source(keyspace: try database.keyspace(at: self.revision), database: database)
        case .live:
            let connection = try self.endpoints.connection()
            let live = LiveKeyspace(
                endpoints: connection.endpoints,
                options: connection.options,
                spoolDirectory: environment["TMPDIR"] ?? "/tmp"
            )
            return Source(keyspace: try await live.read(ranges.map(RequestRange.init), at: self.revision))
        }
    }
}

/// Says how many entries of a member's log its database does not hold yet.
private func noteEntriesNotShown(of database: EtcdDatabase) {
    guard let facts = try? StoreFacts(reading: database),
        let count = try? database.logEntriesNotShown(facts), count > 0
    else { return }
    note("Note: \(count) entries of the member's write-ahead log are later than its database and not shown")
}

/// What `-f` names.
enum SourceName {
    case path(String)
    case live

    init(_ name: String?, default: SourceName?) throws {
        switch name {
        case nil, "":
            if let `default` {
                self = `default`
                return
            }
            throw Failure(
                "no source is named",
                advice: "say -f and a snapshot file, a stopped member's data directory or live, "
                    + "or set REGISTREE_FROM",
                status: .badInput
            )
        case "live": self = .live
        case .some(let path): self = .path(path)
        }
    }
}

/// An opened source: the keys at one revision, wherever they come from.
struct Source {
    var keyspace: Keyspace
    /// The file that the keys lie in, where it is one.
    var database: EtcdDatabase?

    /// Throws when the file has become shorter since it was opened, so that what was printed is not trusted.
    func checkUnchanged() throws {
        try self.database?.checkUnchanged()
    }

    /// Compares the digest with the bytes; says so when there is none to compare.
    func check() throws {
        guard let database = self.database else { return }
        let hasDigest = try database.checkDigest()
        if !hasDigest { note("\(database.path) has no digest: its values are not proved") }
    }
}
