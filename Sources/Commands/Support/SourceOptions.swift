import ArgumentParser
import EtcdStorage
import Foundation

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

    func validate() throws {
        if let revision = self.revision, revision < 1 { throw ValidationError("--revision is 1 or more.") }
    }

    /// Opens what the options and the environment name, and checks it when that is asked for.
    func open() async throws -> Source {
        let source = try await self.openUnchecked()
        if self.check { try source.check() }
        return source
    }

    private func openUnchecked() async throws -> Source {
        switch try SourceName(self.file ?? ProcessInfo.processInfo.environment["REGISTREE_FROM"]) {
        case .path(let path):
            let database = try EtcdDatabase(path: path)
            return Source(keyspace: try database.keyspace(at: self.revision), database: database)
        case .live:
            throw Failure(
                "a live etcd cannot be read this way",
                advice: "name a snapshot file or a stopped member's data directory with -f",
                status: .badInput
            )
        }
    }
}

/// What `-f` names.
enum SourceName {
    case path(String)
    case live

    init(_ name: String?) throws {
        switch name {
        case nil, "":
            throw Failure(
                "no source is named",
                advice: "say -f and a snapshot file or a stopped member's data directory, "
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

    /// Compares the digest with the bytes; says so when there is none to compare.
    func check() throws {
        guard let database = self.database else { return }
        let hasDigest = try database.checkDigest()
        if !hasDigest { note("\(database.path) has no digest: its values are not proved") }
    }
}
