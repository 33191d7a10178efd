import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Operations
import Presentation

/// `registree tree`.
struct TreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Draw the registry as a tree, with the count and size of the objects in each branch."
    )

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var namespaces: NamespaceOptions

    @Option(
        help: ArgumentHelp(
            """
            How many levels to show: 0 roots; 1 cluster scope and namespaces; 2 each namespace and the \
            cluster's resources; 3 each namespace's resources; 4 every object (default: 3, and 4 with -n).
            """,
            valueName: "n"
        )
    )
    var depth: Int?

    @Option(name: .shortAndLong, help: "Print a tree or json.")
    var output: TreeFormat = .tree

    @OptionGroup var look: LookOptions

    func validate() throws {
        if let depth = self.depth, depth < 0 { throw ValidationError("--depth must be 0 or more.") }
    }

    func run() async throws {
        let registry = try await self.registry.open().registry()
        var output = try Output(self.look.display)
        let isThere = try registry.writeTree(
            as: self.output,
            depth: self.treeDepth,
            namespace: self.namespaces.only,
            to: &output
        )
        if !isThere, self.output == .tree { note(nothingFoundLine(in: self.namespaces.only)) }
        try output.flush()
        try finish(registry.keyspace)
        self.namespaces.noteRoots(of: registry)
    }

    /// One namespace is opened to its objects unless a depth is given.
    private var treeDepth: TreeDepth {
        guard let depth = self.depth else { return self.namespaces.only == nil ? .resources : .objects }
        return TreeDepth(rawValue: depth) ?? .objects
    }
}
