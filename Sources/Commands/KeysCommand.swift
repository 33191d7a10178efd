import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Operations
import Presentation

/// `registree keys`.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Print raw keys and values, as `etcdctl get` does.",
        discussion: """
            From a snapshot, a data directory or a live etcd. `registree keys / --prefix --keys-only` prints \
            all keys below /. Keys and values are printed as they are; on a terminal, control characters \
            are escaped.
            """
    )

    @OptionGroup var selection: KeySelection
    @OptionGroup var source: SourceOptions
    @OptionGroup(title: "A live etcd") var endpoints: EndpointOptions
    @OptionGroup(title: "A live etcd") var reading: LiveReadingOptions

    @Option(
        help: ArgumentHelp(
            "In place of a key: all keys below this root, such as /registry.",
            valueName: "prefix"
        )
    )
    var etcdPrefix: String?

    @Flag(help: "Print only the keys.")
    var keysOnly = false

    @Flag(help: "Print only the values.")
    var printValueOnly = false

    @Option(help: ArgumentHelp("Print at most this many keys; 0 for all.", valueName: "n"))
    var limit: Int = 0

    @Option(name: .shortAndLong, help: "Print simple or json, as etcdctl does.")
    var output: KeyFormat = .simple

    @OptionGroup var pager: PagerOptions

    func validate() throws {
        guard !self.keysOnly || !self.printValueOnly else {
            throw ValidationError("--keys-only and --print-value-only exclude each other.")
        }
        guard self.etcdPrefix == nil || self.selection.key == nil else {
            throw ValidationError("--etcd-prefix and a key exclude each other.")
        }
        guard self.limit >= 0 else { throw ValidationError("--limit must be 0 or more.") }
    }

    func run() async throws {
        let range = self.etcdPrefix.map { Registry.keys(below: $0) } ?? self.selection.range
        let source = try self.source.open(self.endpoints, self.reading)
        let revision = try await self.source.shownRevision(of: source)
        let keyspace = try await source.keyspace(of: [range], at: revision)
        var renderer = KeyRenderer(self.output)
        renderer.keysOnly = self.keysOnly
        renderer.valuesOnly = self.printValueOnly
        renderer.limit = self.limit
        var output = try Output(self.pager.display)
        try renderer.write(range, of: keyspace, to: &output)
        try output.flush()
        try finish(keyspace)
    }
}

/// `KEY`, `--prefix` and `--from-key`: which keys are meant, as for etcdctl.
struct KeySelection: ParsableArguments {
    @Argument(help: ArgumentHelp("The key; without it, every key.", valueName: "key"))
    var key: String?

    @Flag(help: "All keys that begin with the key.")
    var prefix = false

    @Flag(help: "All keys from the key on, in the order of their bytes.")
    var fromKey = false

    func validate() throws {
        guard !self.prefix || !self.fromKey else {
            throw ValidationError("--prefix and --from-key exclude each other.")
        }
    }

    var range: KeyRange {
        guard let key else { return .all }
        let bytes = Array(key.utf8)
        if self.prefix { return .prefix(bytes) }
        return self.fromKey ? .from(bytes) : .key(bytes)
    }
}
