import ArgumentParser
import EtcdStorage
import KubernetesCodec
import KubernetesRegistry
import Presentation

/// `registree api-resources`.
struct APIResourcesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api-resources",
        abstract: "Show which resources the source holds, and how their objects are stored.",
        discussion: """
            Every object is decoded. Custom resources are shown without objects too when they are defined. \
            UNDECODED counts the objects that could not be decoded, for want of a key or for damage.
            """
    )

    @OptionGroup var registry: RegistryOptions
    @OptionGroup var decoding: DecodingOptions

    @Option(name: .shortAndLong, help: "Print a table, json or name.")
    var output: ResourceFormat = .table

    @Flag(help: "Leave out the headings.")
    var noHeaders = false

    func run() async throws {
        let registry = try await self.registry.open()
        let decryption = try self.decoding.decryption()
        let walk = ObjectWalk(registry: registry, decryption: decryption)
        var holdings: [ResourceHolding] = []
        var problems = ReadingProblems()
        for resource in registry.resources {
            let objects = registry.objects(of: [resource])
            guard resource.origin != .otherKeys, !objects.isEmpty || resource.origin == .definition else {
                continue
            }
            var holding = ResourceHolding(resource)
            let found = try await walk.forEach(of: objects, startingWith: holding) { holding, found in
                holding.add(found.read)
            } take: { run, _ in
                holding.add(run)
            }
            problems.add(found)
            holdings.append(holding)
        }
        var output = Output()
        let text = HoldingsText(holdings)
        switch self.output {
        case .table:
            try text.rows(withHeadings: !self.noHeaders).forEachLine { try output.write($0.span.bytes) }
        case .json: try output.write(text.json())
        case .name: for holding in holdings { try output.write(holding.resource.qualifiedName + "\n") }
        }
        try output.flush()
        try registry.keyspace.checkUnchanged()
        problems.report(hasConfiguration: decryption != nil)
    }
}

/// What `api-resources -o` takes.
enum ResourceFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json
    case name
}
