import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Operations
import Presentation

/// `registree describe`.
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Show all about some objects, laid out for reading.",
        usage: """
            registree describe -f SOURCE RESOURCE/NAME ... [-n NAMESPACE]
            registree describe -f SOURCE RESOURCE[,RESOURCE] [NAME ...] [-n NAMESPACE | -A] [-l LABELS]
            """,
        discussion: """
            What an object holds, its owners and what it owns, the events about it, and how etcd keeps it: \
            key, revisions, lease, size, encoding and encryption. Values of Secrets are not shown, only how \
            large they are. Without -n or -A, namespace default is meant.
            """
    )

    @Argument(
        help: ArgumentHelp("Resources with names, or resources and names.", valueName: "resource")
    )
    var arguments: [String]

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions
    @OptionGroup var namespaces: NamespaceOptions
    @OptionGroup var selection: SelectionOptions

    @Option(
        help: ArgumentHelp(
            "Count ages up to the time of the snapshot, up to now, or up to a time.",
            valueName: "snapshot|now|time"
        )
    )
    var ageFrom: AgeOrigin = .snapshot

    func run() async throws {
        let queries = try ObjectQuery.queries(self.arguments, isEverywhere: self.namespaces.allNamespaces)
        let namespace = self.namespaces.onlyOrDefault
        let decryption = try self.decoding.decryption()
        let source = try self.registry.open()
        let (registry, leases) = try await source.registry(
            around: queries.flatMap(\.resources),
            namespace: namespace
        )
        let answers = try queries.answers(in: registry, namespace: namespace)
        var walk = ObjectWalk(of: registry, decryption: decryption)
        try self.selection.apply(to: &walk, answers.map(\.resource))
        let text = DescriptionText(
            now: walk.ageEnd(self.ageFrom, isLive: source.source.isLive),
            width: terminalWidth(),
            hasConfiguration: decryption != nil
        )
        let descriptions = ObjectDescriptions(walk, leases: leases)
        var output = Output()
        var count = 0
        try await descriptions.forEach(of: answers.flatMap(\.objects), namespace: namespace) { description in
            if count > 0 { try output.write("\n\n") }
            count += 1
            try output.write(text.text(of: description))
        }
        try output.flush()
        try registry.keyspace.checkUnchanged()
        try reportMissing(answers)
        if count == 0 {
            let isNamespaced = answers.contains { $0.resource.scope != .cluster }
            note(nothingFoundLine(in: isNamespaced ? namespace : nil))
        }
    }
}
