import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Presentation

/// `registree list`.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show how many objects of each resource there are in each namespace, and their size.",
        discussion: """
            Cluster-scoped resources come first. Sizes are those of the stored values, without history. \
            Without -n, everything is shown.
            """
    )

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var namespaces: NamespaceOptions

    @Option(name: .shortAndLong, help: "Print a table or json.")
    var output: ReportFormat = .table

    func run() async throws {
        let registry = try await self.registry.open()
        let usage = registry.usage(of: self.namespaces.only)
        switch self.output {
        case .json:
            try Output.print(UsageText(usage).json())
        case .table where usage.isEmpty:
            noteNothingFound(in: self.namespaces.only)
        case .table:
            try Output.print(UsageText(usage).table())
        }
        try registry.keyspace.checkUnchanged()
    }
}

/// Says that nothing is there, in kubectl's words.
func noteNothingFound(in namespace: String?) {
    note("No resources found" + (namespace.map { " in \(terminalText($0)) namespace." } ?? "."))
}
