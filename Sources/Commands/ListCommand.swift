import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Operations
import Presentation

/// `registree list`.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show how many objects of each resource there are in each namespace, and their size.",
        discussion: """
            Cluster-scoped resources come first. Sizes are those of the stored values, without history. \
            Without -n, everything is shown. Where several clusters share an etcd, each has a heading with the \
            root of its keys, and -A says how many there are.
            """
    )

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var namespaces: NamespaceOptions

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    @OptionGroup var fit: FitOptions
    @OptionGroup var pager: PagerOptions

    func run() async throws {
        let registry = try await self.registry.open().registry()
        let usage = registry.usage(of: self.namespaces.only)
        if usage.isEmpty, self.output == .table {
            note(nothingFoundLine(in: self.namespaces.only))
        } else {
            try Output.print(UsageText(usage), as: self.output, self.fit.apply(to: self.pager.display))
        }
        try finish(registry.keyspace)
        self.namespaces.noteRoots(of: registry)
    }
}
