import ArgumentParser
import EtcdStorage
import KubernetesRegistry
import Operations
import Presentation

/// `registree api-resources`.
struct APIResourcesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-resources",
        abstract: "Show which resources the source holds, and how their objects are stored.",
        discussion: """
            Every object is decoded. Custom resources are shown without objects too when they are defined. \
            UNDECODED counts the objects that could not be decoded, because their key is not given or they are \
            damaged.
            """
    )

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions

    @Option(name: .shortAndLong, help: "Print a table, json or name.")
    var output: HoldingsFormat = .table

    @Flag(help: "Leave out the headings.")
    var noHeaders = false

    @OptionGroup var fit: FitOptions
    @OptionGroup var pager: PagerOptions

    func run() async throws {
        let registry = try await self.registry.open().registry()
        let decryption = try self.decoding.decryption()
        let (holdings, problems) = try await ObjectWalk(of: registry, decryption: decryption).holdings()
        let text = HoldingsText(holdings, of: registry.clusterRoots, showsHeadings: !self.noHeaders)
        let display = self.fit.apply(to: self.pager.display)
        switch self.output {
        case .json: try Output.print(text, as: .json, display)
        case .table: try Output.print(text, as: .table, display)
        case .name: try Output.print(text.names, display)
        }
        try finish(registry.keyspace)
        note(problems.lines)
    }
}
