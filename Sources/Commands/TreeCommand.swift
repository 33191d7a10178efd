import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Presentation

/// `registree tree`.
struct TreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "Draw the registry as a tree, with the count and size of what lies in each branch."
    )

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var namespaces: NamespaceOptions

    @Option(
        help: ArgumentHelp(
            """
            How far to open it: 0 roots; 1 cluster scope and namespaces; 2 each namespace and the \
            cluster's resources; 3 each namespace's resources; 4 every object.
            """,
            valueName: "n"
        )
    )
    var depth = TreeDepth.resources.rawValue

    @Option(name: .shortAndLong, help: "Print a tree or json.")
    var output: TreeFormat = .tree

    func validate() throws {
        if self.depth < 0 { throw ValidationError("--depth is 0 or more.") }
    }

    func run() async throws {
        let registry = try await self.registry.open()
        let depth = TreeDepth(rawValue: self.depth) ?? .objects
        var output = Output()
        switch self.output {
        case .tree:
            var text = TreeText(registry)
            var isEmpty = true
            try registry.forEachTreeNode(depth: depth, namespace: self.namespaces.only) { node in
                isEmpty = false
                try output.write(text.line(node))
            }
            if isEmpty { noteNothingFound(in: self.namespaces.only) }
        case .json:
            var json = TreeJSON(registry)
            try registry.forEachTreeNode(depth: depth, namespace: self.namespaces.only) { node in
                try output.write(json.text(node))
            }
            try output.write(json.end())
        }
        try output.flush()
        try registry.keyspace.checkUnchanged()
    }
}

/// The tree's own two formats.
enum TreeFormat: String, ExpressibleByArgument, CaseIterable {
    case tree
    case json
}
